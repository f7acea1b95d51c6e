// Networks in C++: modules by name, the layers of torch.nn, state dicts, training.

#include <filesystem>
#include <gtest/gtest.h>

#include <wick/nn.h>

#include "names_of.h"
#include "ops/print_value.h"

namespace wick::nn {
namespace {

using testing::Names;
using testing::names_of;

std::string shown(const Tensor& tensor) { return jit::python_repr(IValue(tensor)); }
bool are_close(const Tensor& a, const Tensor& b) { return allclose(a, b, 1e-4, 1e-5); }

struct Block : Module {
    Linear linear = register_module("linear", Linear(3, 3));
    Tensor scale = register_parameter("scale", ones({3}));
    Tensor calls = register_buffer("calls", zeros({}, kInt64));
    Tensor forward(const Tensor& x) const { return linear(x) * scale; }
};

struct Net : Module {
    Block block = register_module("block", Block());
    BatchNorm1d norm = register_module("norm", BatchNorm1d(3));
    Linear out = register_module("out", Linear(3, 2, {.bias = false}));
    Tensor forward(const Tensor& x) const { return out(relu(norm(block.forward(x)))); }
};

TEST(NnModule, TensorsByName) {
    const Net net;
    EXPECT_EQ(names_of(net.named_parameters()), (Names{"block.scale", "block.linear.weight", "block.linear.bias",
                                                       "norm.weight", "norm.bias", "out.weight"}));
    EXPECT_EQ(names_of(net.named_buffers()),
              (Names{"block.calls", "norm.running_mean", "norm.running_var", "norm.num_batches_tracked"}));
    EXPECT_EQ(names_of(net.named_modules()), (Names{"", "block", "block.linear", "norm", "out"}));
    EXPECT_TRUE(net.tensor("block.scale").is_same(net.block.scale));
    EXPECT_TRUE(net.tensor("out.weight").requires_grad());
    EXPECT_THROW(net.tensor("block.shift"), OpError);
}

TEST(NnModule, NamesAreTakenOnce) {
    Module module;
    module.register_parameter("a", ones({1}));
    EXPECT_THROW(module.register_buffer("a", ones({1})), OpError);
    EXPECT_THROW(module.register_buffer("a.b", ones({1})), OpError);
    EXPECT_THROW(module.register_buffer("", ones({1})), OpError);
}

TEST(NnModule, CopiesShareTheirTensors) {
    const Net net;
    const Net same = net;
    EXPECT_TRUE(net.tensor("out.weight").is_same(same.out.tensor("weight")));
}

TEST(NnModule, ModesReachAllModules) {
    Net net;
    const Tensor x = randn({8, 3});
    const Tensor in_training = net.forward(x);
    net.eval();
    EXPECT_FALSE(net.norm.is_training());
    EXPECT_FALSE(are_close(net.forward(x), in_training));
    net.train();
    EXPECT_TRUE(are_close(net.forward(x), in_training));
    EXPECT_EQ(net.norm.tensor("num_batches_tracked").item().to_int(), 2);
}

TEST(NnModule, ConvertsWhereTheTensorsAre) {
    Net net;
    const Tensor scale = net.block.scale;
    net.to(kFloat64);
    EXPECT_EQ(scale.dtype(), kFloat64);
    EXPECT_EQ(net.tensor("norm.num_batches_tracked").dtype(), kInt64);
    EXPECT_EQ(net.forward(randn({2, 3}, kFloat64)).dtype(), kFloat64);
    EXPECT_THROW(net.to(kInt32), OpError);
}

TEST(NnModule, StateDictsGoThroughFiles) {
    const std::string path = ::testing::TempDir() + "/wick_state.pt";
    const Net net;
    net.save(path);
    Net other;
    EXPECT_FALSE(are_close(net.tensor("out.weight"), other.tensor("out.weight")));
    other.load(path);
    EXPECT_TRUE(equal(net.tensor("out.weight"), other.tensor("out.weight")));
    EXPECT_TRUE(other.tensor("out.weight").is_leaf());
    std::filesystem::remove(path);
}

TEST(NnModule, StatesThatDoNotFitAreRefusedWhole) {
    Linear linear(2, 2);
    const std::string before = shown(linear.tensor("weight").detach());
    try {
        linear.load_state_dict({{"weight", ones({2, 2})}, {"bias", ones({3})}, {"more", ones({1})}});
        FAIL() << "no error";
    } catch (const OpError& error) {
        EXPECT_STREQ(error.what(),
                     "Error(s) in loading state_dict:\n\tsize mismatch for bias: copying a param with shape [3] from "
                     "checkpoint, the shape in current model is [2].\n\tUnexpected key in state_dict: \"more\".");
    }
    EXPECT_EQ(shown(linear.tensor("weight").detach()), before);
    linear.load_state_dict({{"weight", ones({2, 2})}}, /*strict=*/false);
    EXPECT_EQ(shown(linear.tensor("weight").detach()), "tensor([[1., 1.],\n        [1., 1.]])");
}

TEST(NnModule, GradientsAreRemoved) {
    const Net net;
    sum(net.forward(randn({4, 3}))).backward();
    EXPECT_TRUE(net.block.scale.grad().defined());
    Net(net).zero_grad(/*set_to_none=*/false);
    EXPECT_EQ(shown(net.block.scale.grad()), "tensor([0., 0., 0.])");
    Net(net).zero_grad();
    EXPECT_FALSE(net.block.scale.grad().defined());
}

TEST(NnLayers, ComputeWhatTheOperatorsCompute) {
    const Tensor x = randn({2, 3, 6, 6});
    const Conv2d conv(3, 4, 3, {.stride = 2, .padding = {1, 0}});
    EXPECT_TRUE(are_close(conv(x), conv2d(x, conv.tensor("weight"), conv.tensor("bias"), 2, {1, 0})));
    EXPECT_EQ(format_sizes(Conv2d(3, 4, 3, {.padding = "same"})(x).sizes()), "[2, 4, 6, 6]");
    EXPECT_EQ(format_sizes(ConvTranspose2d(3, 2, 2, {.stride = 2})(x).sizes()), "[2, 2, 12, 12]");
    EXPECT_TRUE(are_close(MaxPool2d(2)(x), max_pool2d(x, 2)));
    EXPECT_TRUE(are_close(AdaptiveAvgPool2d(1)(x), mean(x, {2, 3}, true)));
    EXPECT_TRUE(are_close(Softmax({.dim = 1})(x), softmax(x, 1)));
    EXPECT_TRUE(are_close(GELU({.approximate = "tanh"})(x), gelu(x, "tanh")));
    EXPECT_TRUE(are_close(LayerNorm({6, 6})(x), layer_norm(x, {6, 6})));
    EXPECT_EQ(format_sizes(Flatten()(x).sizes()), "[2, 108]");
    EXPECT_TRUE(equal(Dropout({.p = 0})(x), x));
    const Embedding embedding(5, 4, {.padding_idx = 0});
    EXPECT_TRUE(equal(embedding(zeros({1}, kInt64)), zeros({1, 4})));
    EXPECT_TRUE(are_close(CrossEntropyLoss({.reduction = "sum"})(randn({1, 1}), zeros({1}, kInt64)), zeros({})));
}

TEST(NnLayers, RecurrentOnesTakeAndGiveStates) {
    const LSTM lstm(3, 4, {.num_layers = 2, .batch_first = true});
    const Tensor x = randn({2, 5, 3});
    const auto [all, state] = lstm(x);
    EXPECT_EQ(format_sizes(all.sizes()), "[2, 5, 4]");
    const auto [first, between] = lstm(narrow(x, 1, 0, 2));
    const auto [rest, last] = lstm(narrow(x, 1, 2, 3), between);
    EXPECT_TRUE(are_close(rest, narrow(all, 1, 2, 3)));
    EXPECT_TRUE(are_close(std::get<1>(last), std::get<1>(state)));
    EXPECT_EQ(format_sizes(std::get<1>(GRU(3, 4)(x)).sizes()), "[1, 5, 4]");
}

TEST(NnLayers, AttentionMayLeaveItsWeightsOut) {
    const MultiheadAttention attention(8, 2, {.batch_first = true});
    const Tensor x = randn({1, 3, 8});
    const auto [out, weights] = attention(x, x, x);
    EXPECT_EQ(format_sizes(out.sizes()), "[1, 3, 8]");
    EXPECT_EQ(format_sizes(weights.sizes()), "[1, 3, 3]");
    EXPECT_FALSE(std::get<1>(attention(x, x, x, {}, false)).defined());
}

TEST(NnLayers, RefusalsArePythons) {
    try {
        Conv2d(3, 4, 3, {.groups = 2});
        FAIL() << "no error";
    } catch (const ScriptError& error) {
        EXPECT_EQ(error.message(), "in_channels must be divisible by groups");
    }
}

TEST(NnLayers, InitialisationFollowsTheSeed) {
    manual_seed(3);
    const Tensor first = Linear(4, 4).tensor("weight");
    manual_seed(3);
    EXPECT_TRUE(equal(Linear(4, 4).tensor("weight"), first));
}

TEST(NnSequential, RunsModulesAndFunctionsInOrder) {
    const Sequential net(
        Linear(3, 4), ReLU(), [](const Tensor& x) { return x + 1; }, Linear(4, 2));
    EXPECT_EQ(names_of(net.named_parameters()), (Names{"0.weight", "0.bias", "3.weight", "3.bias"}));
    const Tensor x = randn({2, 3});
    const Tensor hidden = relu(linear(x, net.tensor("0.weight"), net.tensor("0.bias"))) + 1;
    EXPECT_TRUE(are_close(net(x), linear(hidden, net.tensor("3.weight"), net.tensor("3.bias"))));
}

TEST(NnTraining, LossesFall) {
    manual_seed(0);
    Net net;
    const MSELoss loss_of;
    const Tensor x = randn({32, 3});
    const Tensor y = narrow(x, 1, 0, 2) * 2;
    double first = 0, last = 0;
    for (int i = 0; i < 60; ++i) {
        const Tensor loss = loss_of(net.forward(x), y);
        net.zero_grad();
        loss.backward();
        const NoGradGuard guard;
        for (Tensor& parameter : net.parameters()) parameter -= 0.1 * parameter.grad();
        last = loss.item().to_double();
        if (i == 0) first = last;
    }
    EXPECT_LT(last, 0.5 * first);
}

}  // namespace
}  // namespace wick::nn
