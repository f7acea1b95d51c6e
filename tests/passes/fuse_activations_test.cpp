#include "passes/fuse_activations.h"

#include <wick/autograd/autograd.h>

#include "ops/op_testing.h"

namespace wick::jit {
namespace {

using namespace testing;

/// The body of `graph(%x : Tensor, %w : Tensor, %b : Tensor, %c : bool)` after the pass.
std::string after(const std::string& body) {
    const std::string head = "graph(%x : Tensor,\n      %w : Tensor,\n      %b : Tensor,\n      %c : bool):\n";
    const auto graph = parse_graph(head + body);
    const bool expected = can_fuse_activations(*graph);
    const std::string before = graph->str();
    fuse_activations(*graph);
    graph->verify();
    const std::string text = graph->str();
    EXPECT_EQ(expected, text != before);
    return text.substr(head.size());
}

TEST(FuseActivations, ReluJoinsTheLayerBelow) {
    EXPECT_EQ(after("  %y : Tensor = aten::linear(%x, %w, %b)\n"
                    "  %z : Tensor = aten::relu(%y)\n"
                    "  return (%z)\n"),
              "  %z : Tensor = wick::linear_relu(%x, %w, %b)\n"
              "  return (%z)\n");
    EXPECT_EQ(after("  %one : int = prim::Constant[value=1]()\n"
                    "  %n : int[] = prim::ListConstruct(%one, %one)\n"
                    "  %y : Tensor = aten::conv2d(%x, %w, %b, %n, %n, %n, %one)\n"
                    "  %u : Tensor = aten::add_(%x, %b, %one)\n"
                    "  %z : Tensor = aten::relu_(%y)\n"
                    "  return (%z)\n"),
              "  %one : int = prim::Constant[value=1]()\n"
              "  %n : int[] = prim::ListConstruct(%one, %one)\n"
              "  %z : Tensor = wick::conv2d_relu(%x, %w, %b, %n, %n, %n, %one)\n"
              "  %u : Tensor = aten::add_(%x, %b, %one)\n"
              "  return (%z)\n");
}

TEST(FuseActivations, NotWhereTheResultBelowIsLookedAtElsewhere) {
    for (const char* body : {"  %y : Tensor = aten::linear(%x, %w, %b)\n"
                             "  %z : Tensor = aten::relu(%y)\n"
                             "  return (%z, %y)\n",
                             "  %y : Tensor = aten::linear(%x, %w, %b)\n"
                             "  %z : Tensor = prim::If(%c)\n"
                             "    block0():\n"
                             "      %r : Tensor = aten::relu(%y)\n"
                             "      -> (%r)\n"
                             "    block1():\n"
                             "      -> (%x)\n"
                             "  return (%z)\n"})
        EXPECT_EQ(after(body), body);
}

/// What the fused operator gives, held against relu of the layer.
void expect_relu(const std::string& layer, std::vector<IValue> arguments) {
    const Tensor fused = call_operator("wick::" + layer + "_relu", arguments).to_tensor();
    const Tensor expected = call("aten::relu", call_operator("aten::" + layer, std::move(arguments)).to_tensor());
    EXPECT_EQ(fused.dtype(), expected.dtype());
    EXPECT_EQ(sizes(fused), sizes(expected));
    expect_close(values(fused), values(expected));
}

TEST(FuseActivations, OperatorsGiveReluOfTheLayer) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (DType dtype : {DType::float32, DType::float64, DType::bfloat16, DType::int64}) {
        SCOPED_TRACE(name_of(dtype));
        const Tensor x =
            ops::to_dtype(tensor<double>({1, -2, 3, dtype == DType::int64 ? 4 : nan}, DimVector{2, 2}), dtype);
        const Tensor w = ops::to_dtype(tensor<double>({1, 0, -1, 1, 2, -3}, DimVector{3, 2}), dtype);
        expect_relu("linear", {x, w, IValue()});
        expect_relu("linear", {x, w, ops::to_dtype(tensor<double>({-1, 0, 1}), dtype)});
    }
    const auto ints = [](int64_t n, int64_t value) {
        return IValue(std::vector<int64_t>(static_cast<size_t>(n), value));
    };
    for (int64_t n : {1, 2, 3}) {
        DimVector shape{2, 2}, kernel{4, 1};
        for (int64_t i = 0; i < n; ++i) shape.push_back(5), kernel.push_back(3);
        const Tensor x = call("aten::sin", counting(shape)), w = call("aten::cos", counting(kernel));
        expect_relu(fmt::format("conv{}d", n),
                    {x, w, tensor<float>({0, 1, -1, 0}), ints(n, 1), ints(n, 1), ints(n, 1), IValue(2)});
    }
}

TEST(FuseActivations, OperatorsAreDifferentiatedAsWhatTheyStandFor) {
    const Tensor x = tensor<double>({1, -2, 3, 4}, DimVector{2, 2}).set_requires_grad();
    const Tensor w = tensor<double>({1, 0, -1, 1}, DimVector{2, 2}).set_requires_grad();
    const Tensor fused = call("wick::linear_relu", x, w, IValue());
    const Tensor apart = call("aten::relu", call("aten::linear", x, w, IValue()));
    const auto gradients = autograd::grad({call("aten::sum", fused)}, {x, w});
    const auto expected = autograd::grad({call("aten::sum", apart)}, {x, w});
    for (size_t i = 0; i < 2; ++i) expect_close(values(gradients[i]), values(expected[i]));
}

}  // namespace
}  // namespace wick::jit
