// Networks in C++: modules by name, the layers of torch.nn, state dicts, training.

#include <cmath>
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
    Linear out = register_module("out", Linear(LinearOptions(3, 2).bias(false)));
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

TEST(NnModule, ModulesKeepTheirClass) {
    Net net;
    EXPECT_EQ(names_of(net.named_children()), (Names{"block", "norm", "out"}));
    EXPECT_EQ(net.modules(/*include_self=*/false).size(), 4u);
    int64_t outputs = 0;
    for (const auto& module : net.modules())
        if (const auto* linear = module->as<Linear>()) outputs += linear->weight.size(0);
    EXPECT_EQ(outputs, 5);
    EXPECT_EQ(net.children()[0]->as<Linear>(), nullptr);
    EXPECT_TRUE(net.children()[0]->as<Block>()->scale.is_same(net.block.scale));
    std::vector<bool> are_linear;
    net.apply([&](Module& module) { are_linear.push_back(module.as<Linear>() != nullptr); });
    EXPECT_EQ(are_linear, (std::vector<bool>{false, false, true, false, true}));
    Names names;
    net.apply([&](const std::string& name, Module&) { names.push_back(name); }, "net");
    EXPECT_EQ(names, (Names{"net", "net.block", "net.block.linear", "net.norm", "net.out"}));
    EXPECT_EQ(names_of(net.named_modules("net", /*include_self=*/false)),
              (Names{"net.block", "net.block.linear", "net.norm", "net.out"}));
}

TEST(NnModule, NamedThingsAreFoundByName) {
    const Net net;
    EXPECT_TRUE(net.named_parameters()["block.scale"].is_same(net.block.scale));
    EXPECT_EQ(net.named_buffers().keys().front(), "block.calls");
    EXPECT_EQ(net.named_children().values().size(), 3u);
    EXPECT_TRUE(net.named_modules().contains("block.linear"));
    EXPECT_EQ(net.named_parameters().find("block.shift"), nullptr);
    EXPECT_THROW(net.named_parameters()["block.shift"], OpError);
}

TEST(NnModule, ModulesAreReplaced) {
    Net net;
    const Linear wide = net.replace_module("out", Linear(3, 5));
    EXPECT_TRUE(net.tensor("out.weight").is_same(wide->weight));
    net.unregister_module("norm");
    EXPECT_EQ(names_of(net.named_children()), (Names{"block", "out"}));
    EXPECT_THROW(net.unregister_module("norm"), OpError);
    EXPECT_THROW(net.replace_module("norm", ReLU()), OpError);
}

TEST(NnModule, UndefinedOnesHaveTheirNameTaken) {
    Module module;
    module.register_parameter("bias", {});
    module.register_buffer("mean", {});
    EXPECT_TRUE(module.parameters().empty());
    EXPECT_TRUE(module.named_buffers().empty());
    EXPECT_TRUE(module.state_dict().empty());
    EXPECT_THROW(module.register_parameter("bias", ones({1})), OpError);
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

// As programs for libtorch are written.
struct PortedImpl : Module {
    explicit PortedImpl(int64_t hidden) : fc1(3, hidden) {
        register_module("fc1", fc1);
        fc2 = register_module("fc2", Linear(LinearOptions(hidden, 2).bias(false)));
        block = register_module("block", std::make_shared<Block>());
    }
    Tensor forward(Tensor x) {
        x = functional::relu(fc1->forward(block->forward(x)));
        x = functional::dropout(x, functional::DropoutFuncOptions().p(0.5).training(is_training()));
        return fc2(x);
    }
    Linear fc1, fc2{nullptr};
    std::shared_ptr<Block> block;
};
WICK_MODULE(Ported);

TEST(NnModule, HandlesArePointers) {
    Ported net(4);
    EXPECT_EQ(names_of(net->named_parameters()), (Names{"fc1.weight", "fc1.bias", "fc2.weight", "block.scale",
                                                        "block.linear.weight", "block.linear.bias"}));
    EXPECT_TRUE(net->fc1->weight.is_same(net->tensor("fc1.weight")));
    EXPECT_FALSE(net->fc2->bias.defined());
    net->eval();
    EXPECT_TRUE(net(ones({1, 3})).equal(net->forward(ones({1, 3}))));
    Sequential both(net, Ported(2));
    EXPECT_EQ(both->named_children().size(), 2u);
    EXPECT_THROW(both(ones({1, 3})), ScriptError);

    Ported later{nullptr};
    EXPECT_TRUE(later.is_empty());
    EXPECT_THROW(later->train(), OpError);
    Module owner;
    EXPECT_THROW(owner.register_module("later", later), OpError);
    EXPECT_THROW(owner.register_module("fc", Linear(nullptr)), OpError);
    later = net;
    EXPECT_EQ(later.ptr(), net.ptr());
}

TEST(NnModule, ConvertsToDevicesThatThereAre) {
    Net net;
    net.to(kCPU, kFloat64);
    EXPECT_EQ(net.tensor("out.weight").dtype(), kFloat64);
    EXPECT_THROW(net.to(Device("cuda")), OpError);
}

TEST(NnModule, SaveAndLoadAsFunctions) {
    const std::string path = ::testing::TempDir() + "/wick_saved.pt";
    Ported net(4), other(4);
    save(net, path);
    load(other, path);
    EXPECT_TRUE(net->fc1->weight.equal(other->fc1->weight));
    save(net->fc1->weight, path);
    Tensor weight;
    load(weight, path);
    EXPECT_TRUE(weight.equal(net->fc1->weight));
    save(std::vector<Tensor>{weight, ones({2})}, path);
    std::vector<Tensor> both;
    load(both, path);
    EXPECT_EQ(both.at(1).numel(), 2);
    EXPECT_THROW(load(weight, path), OpError);
    std::filesystem::remove(path);
}

TEST(NnLayers, ComputeWhatTheOperatorsCompute) {
    const Tensor x = randn({2, 3, 6, 6});
    const Conv2d conv(Conv2dOptions(3, 4, 3).stride(2).padding({1, 0}));
    EXPECT_TRUE(are_close(conv(x), conv2d(x, conv.tensor("weight"), conv.tensor("bias"), 2, {1, 0})));
    EXPECT_EQ(format_sizes(Conv2d(Conv2dOptions(3, 4, 3).padding(kSame))(x).sizes()), "[2, 4, 6, 6]");
    EXPECT_EQ(format_sizes(ConvTranspose2d(ConvTranspose2dOptions(3, 2, 2).stride(2))(x).sizes()), "[2, 2, 12, 12]");
    EXPECT_TRUE(are_close(MaxPool2d(2)(x), max_pool2d(x, 2)));
    EXPECT_TRUE(are_close(AdaptiveAvgPool2d(1)(x), mean(x, {2, 3}, true)));
    EXPECT_TRUE(are_close(Softmax(1)(x), softmax(x, 1)));
    EXPECT_TRUE(are_close(GELU(GELUOptions().approximate(kTanh))(x), gelu(x, "tanh")));
    EXPECT_TRUE(are_close(LayerNorm({6, 6})(x), layer_norm(x, {6, 6})));
    EXPECT_EQ(format_sizes(Flatten()(x).sizes()), "[2, 108]");
    EXPECT_TRUE(equal(Dropout(0)(x), x));
    const Embedding embedding(EmbeddingOptions(5, 4).padding_idx(0));
    EXPECT_TRUE(equal(embedding(zeros({1}, kInt64)), zeros({1, 4})));
    EXPECT_TRUE(are_close(
        CrossEntropyLoss(CrossEntropyLossOptions().reduction(kSum))(randn({1, 1}), zeros({1}, kInt64)), zeros({})));
}

TEST(NnLayers, RecurrentOnesTakeAndGiveStates) {
    const LSTM lstm(LSTMOptions(3, 4).num_layers(2).batch_first(true));
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
    const MultiheadAttention attention(MultiheadAttentionOptions(8, 2).batch_first(true));
    const Tensor x = randn({1, 3, 8});
    const auto [out, weights] = attention(x, x, x);
    EXPECT_EQ(format_sizes(out.sizes()), "[1, 3, 8]");
    EXPECT_EQ(format_sizes(weights.sizes()), "[1, 3, 3]");
    EXPECT_FALSE(std::get<1>(attention(x, x, x, {}, false)).defined());
}

TEST(NnLayers, TakeLayers) {
    const TransformerEncoderLayer layer(TransformerEncoderLayerOptions(8, 2).dropout(0).batch_first(true));
    TransformerEncoder encoder(layer, 2);
    const Tensor x = randn({1, 3, 8});
    EXPECT_TRUE(are_close(encoder(x), layer(layer(x))));
    EXPECT_EQ(encoder.parameters().size(), 2 * layer.parameters().size());
    EXPECT_TRUE(encoder.parameters()[0].requires_grad());
    EXPECT_FALSE(encoder.parameters()[0].is_same(layer.parameters()[0]));
    encoder(x).sum().backward();
    EXPECT_TRUE(encoder.parameters()[0].grad().defined());
    const TransformerEncoder with_norm(TransformerEncoderOptions(layer, 1).norm(LayerNorm({8})));
    EXPECT_TRUE(are_close(with_norm(x), layer_norm(layer(x), {8})));
}

TEST(NnLayers, EmptyOnesAreFilledLater) {
    Linear linear{nullptr};
    EXPECT_FALSE(linear->weight.defined());
    EXPECT_THROW(linear(ones({1, 2})), OpError);
    linear = Linear(2, 3);
    EXPECT_EQ(linear->forward(ones({1, 2})).size(1), 3);
    const BatchNorm1d norm(3);
    EXPECT_TRUE(norm->running_var.equal(ones({3})));
    EXPECT_EQ(norm->num_batches_tracked.item<int>(), 0);
}

TEST(NnLayers, RefusalsArePythons) {
    try {
        Conv2d(Conv2dOptions(3, 4, 3).groups(2));
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

TEST(NnInit, DrawsWhatTheLibraryDraws) {
    manual_seed(5);
    const Linear linear(4, 3);
    manual_seed(5);
    const Tensor weight = empty({3, 4});
    EXPECT_TRUE(init::kaiming_uniform_(weight, std::sqrt(5.0)).is_same(weight));
    EXPECT_TRUE(weight.equal(linear->weight));
    init::xavier_uniform_(linear->weight, init::calculate_gain(kReLU));
    EXPECT_LE(linear->weight.abs().max().item<double>(), std::sqrt(2.0) * std::sqrt(6.0 / 7));
    init::constant_(linear->bias, 0.5);
    EXPECT_TRUE(linear->bias.equal(full({3}, 0.5)));
    EXPECT_TRUE(linear->weight.requires_grad());
    const Tensor square = empty({3, 3});
    init::orthogonal_(square);
    EXPECT_TRUE(are_close(square.mm(square.t()), eye(3)));
    EXPECT_THROW(init::eye_(empty({3})), ScriptError);
}

TEST(NnUtils, GradientsAreKeptWithinBounds) {
    const Tensor a = ones({2}, requires_grad()), b = ones({1}, requires_grad()), unused = ones({1}, requires_grad());
    (a * 2 + b).sum().backward();
    EXPECT_NEAR(utils::clip_grad_norm_({a, b, unused}, 1.0), std::sqrt(12.0), 1e-5);
    EXPECT_TRUE(are_close(a.grad(), full({2}, 2 / std::sqrt(12.0))));
    EXPECT_NEAR(utils::clip_grad_norm_({a, b}, 5.0), 1.0, 1e-4);
    utils::clip_grad_value_({a, b}, 0.25);
    EXPECT_TRUE(a.grad().equal(full({2}, 0.25)));
    EXPECT_EQ(utils::clip_grad_norm_(unused, 1.0), 0);
    a.grad().fill_(INFINITY);
    EXPECT_THROW(utils::clip_grad_norm_({a}, 1.0, 2.0, /*error_if_nonfinite=*/true), OpError);
    const Tensor flat = utils::parameters_to_vector({a, b});
    EXPECT_EQ(flat.sizes(), IntArrayRef({3}));
    utils::vector_to_parameters(tensor({4.0, 5.0, 6.0}), {a, b});
    EXPECT_EQ(b.item<double>(), 6);
    EXPECT_EQ(flat[2].item<double>(), 1);
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
