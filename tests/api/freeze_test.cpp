#include <gtest/gtest.h>

#include <wick/wick.h>

namespace wick::jit {
namespace {

Module network() {
    Program program;
    program.run(
        "import torch\n"
        "from torch import nn\n"
        "class Net(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.fc = nn.Linear(2, 2)\n"
        "        self.scale = 2\n"
        "    def forward(self, x):\n"
        "        return self.fc(x) * self.scale\n"
        "net = Net()\n");
    return program.script("net");
}

TEST(Freeze, GivesTheSameWithoutAttributes) {
    Module net = network();
    EXPECT_THROW(freeze(net), OpError);  // it trains
    net.eval();
    const Module frozen = freeze(net);
    EXPECT_TRUE(frozen.named_attributes().empty());
    EXPECT_EQ(frozen.get_method("forward").code(),
              "def forward(self,\n    x: Tensor) -> Tensor:\n"
              "  _0 = torch.linear(x, CONSTANTS.c0, CONSTANTS.c1)\n  return torch.mul(_0, 2)\n");
    float numbers[] = {1, 2};
    const Tensor x = from_blob(numbers, {1, 2}, DType::float32);
    const Tensor a = net.forward({x}).to_tensor(), b = frozen.forward({x}).to_tensor();
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(static_cast<const float*>(a.data_ptr())[i], static_cast<const float*>(b.data_ptr())[i]);
}

TEST(Freeze, KeepsWhatItIsToldTo) {
    Module net = network();
    net.eval();
    const Module frozen = freeze(net, {"scale"});
    EXPECT_EQ(frozen.attr("scale").to_int(), 2);
    EXPECT_THROW(freeze(net, {"nothing"}), OpError);
}

TEST(InlinedGraph, HasNoCalls) {
    const Method forward = network().get_method("forward");
    EXPECT_NE(forward.graph().find("prim::CallMethod"), std::string::npos);
    EXPECT_EQ(forward.inlined_graph().find("prim::CallMethod"), std::string::npos);
    EXPECT_NE(forward.inlined_graph().find("aten::linear"), std::string::npos);
}

}  // namespace
}  // namespace wick::jit
