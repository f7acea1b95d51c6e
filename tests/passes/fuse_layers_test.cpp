#include "passes/fuse_layers.h"

#include <wick/autograd/autograd.h>

#include "ops/fused_layers.h"
#include "ops/op_testing.h"

namespace wick::jit {
namespace {

using namespace testing;

/// The body of `graph(%x : Tensor, %w : Tensor, %b : Tensor, %c : bool)` after the pass.
std::string after(const std::string& body) {
    const std::string head = "graph(%x : Tensor,\n      %w : Tensor,\n      %b : Tensor,\n      %c : bool):\n";
    const auto graph = parse_graph(head + body);
    const bool expected = can_fuse_layers(*graph);
    const std::string before = graph->str();
    fuse_layers(*graph);
    graph->verify();
    const std::string text = graph->str();
    EXPECT_EQ(expected, text != before);
    return text.substr(head.size());
}

TEST(FuseLayers, ReluJoinsTheLayerBelow) {
    EXPECT_EQ(after("  %y : Tensor = aten::linear(%x, %w, %b)\n"
                    "  %z : Tensor = aten::relu(%y)\n"
                    "  return (%z)\n"),
              "  %7 : int = prim::Constant[value=1]()\n"
              "  %8 : float = prim::Constant[value=0.]()\n"
              "  %9 : float = prim::Constant[value=inf]()\n"
              "  %z : Tensor = wick::linear_fused(%x, %w, %b, %7, %8, %9)\n"
              "  return (%z)\n");
    const std::string conv = after(
        "  %one : int = prim::Constant[value=1]()\n"
        "  %n : int[] = prim::ListConstruct(%one, %one)\n"
        "  %y : Tensor = aten::conv2d(%x, %w, %b, %n, %n, %n, %one)\n"
        "  %u : Tensor = aten::add_(%x, %b, %one)\n"
        "  %d : int = aten::dim(%y)\n"
        "  %z : Tensor = aten::relu_(%y)\n"
        "  return (%z)\n");
    EXPECT_NE(conv.find("  %z : Tensor = wick::conv2d_fused(%x, %w, %b, %n, %n, %n, %one, "), conv.npos) << conv;
    EXPECT_NE(conv.find("  %d : int = aten::dim(%z)\n"), conv.npos) << conv;
    EXPECT_LT(conv.find("conv2d_fused"), conv.find("aten::add_")) << conv;
    EXPECT_EQ(conv.find("relu"), conv.npos) << conv;
}

/// A convolution, what stands between, and a normalisation whose training is the module's flag.
std::string normalized(const std::string& between) {
    const std::string body =
        "  %one : int = prim::Constant[value=1]()\n"
        "  %eps : float = prim::Constant[value=0.1]()\n"
        "  %n : int[] = prim::ListConstruct(%one, %one)\n"
        "  %y : Tensor = aten::conv2d(%x, %w, %b, %n, %n, %n, %one)\n" +
        between +
        "  %t : bool = prim::GetAttr[name=\"training\"](%m)\n"
        "  %mean : Tensor = prim::GetAttr[name=\"mean\"](%m)\n"
        "  %z : Tensor = aten::batch_norm(%y, %mean, %mean, %mean, %mean, %t, %eps, %eps, %c)\n"
        "  %r : Tensor = aten::relu6(%z)\n"
        "  return (%r)\n";
    const std::string head =
        "graph(%x : Tensor,\n      %w : Tensor,\n      %b : Tensor,\n      %c : bool,\n      %m : Any):\n";
    const auto graph = parse_graph(head + body);
    fuse_layers(*graph);
    graph->verify();
    return graph->str().substr(head.size());
}

TEST(FuseLayers, AConvolutionTakesInTheNormalisationAndWhatFollows) {
    for (const char* between : {"", "  %d : int = aten::dim(%y)\n",
                                "  %u : bool = prim::GetAttr[name=\"training\"](%m)\n"
                                "   = prim::If(%u)\n"
                                "    block0():\n"
                                "      %count : Tensor = prim::GetAttr[name=\"count\"](%m)\n"
                                "      %counted : Tensor = aten::add_(%count, %one, %one)\n"
                                "      -> ()\n"
                                "    block1():\n"
                                "      -> ()\n"}) {
        const std::string text = normalized(between);
        const size_t load = text.find("%t : bool"), layer = text.find("%y : Tensor = wick::conv2d_fused"),
                     rest = text.find("%r : Tensor = wick::finish_layer(%y, ");
        EXPECT_TRUE(load < layer && layer < rest && rest != text.npos) << text;
        EXPECT_EQ(text.find("relu6"), text.npos) << text;
    }
}

TEST(FuseLayers, NotWhereSomethingIsWrittenBetween) {
    for (const char* between : {"  %u : bool = prim::GetAttr[name=\"training\"](%m)\n"
                                "   = prim::If(%u)\n"
                                "    block0():\n"
                                "       = prim::SetAttr[name=\"training\"](%m, %c)\n"
                                "      -> ()\n"
                                "    block1():\n"
                                "      -> ()\n",
                                "  %u : Tensor = aten::add_(%w, %one, %one)\n", "  %u : Tensor = aten::neg(%y)\n",
                                "   = prim::If(%c)\n"
                                "    block0():\n"
                                "      %u : Tensor = aten::add_(%x, %one, %one)\n"
                                "      -> ()\n"
                                "    block1():\n"
                                "      -> ()\n"}) {
        const std::string text = normalized(between);
        EXPECT_NE(text.find("aten::conv2d"), text.npos) << text;
        EXPECT_NE(text.find("aten::batch_norm"), text.npos) << text;
    }
}

TEST(FuseLayers, NotWhereTheResultBelowIsLookedAtElsewhere) {
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

IValue ints(int64_t n, int64_t value) { return IValue(std::vector<int64_t>(static_cast<size_t>(n), value)); }

/// x[2, 2, 5…] and a weight of two groups for a convolution over n dimensions.
std::vector<IValue> convolution(int64_t n) {
    DimVector shape{2, 2}, kernel{4, 1};
    for (int64_t i = 0; i < n; ++i) shape.push_back(5), kernel.push_back(3);
    return {call("aten::sin", counting(shape)),
            call("aten::cos", counting(kernel)),
            tensor<float>({0, 1, -1, 0}),
            ints(n, 1),
            ints(n, 1),
            ints(n, 1),
            IValue(2)};
}

/// The activations by their numbers, with bounds.
Tensor activated(const Tensor& x, int64_t number) {
    const std::string op(fused_activations()[static_cast<size_t>(number)].op);
    if (op == "aten::hardtanh") return call(op, x, -0.25, 0.5);
    if (op == "aten::gelu") return call(op, x, IValue(number == 5 ? "tanh" : "none"));
    return call(op, x);
}

double low_of(int64_t number) { return number == 2 ? -0.25 : 0; }
double high_of(int64_t number) { return number == 1 ? std::numeric_limits<double>::infinity() : number == 2 ? 0.5 : 6; }

void expect_same(const Tensor& fused, const Tensor& expected) {
    EXPECT_EQ(fused.dtype(), expected.dtype());
    EXPECT_EQ(sizes(fused), sizes(expected));
    expect_close(values(fused), values(expected));
}

TEST(FuseLayers, OperatorsGiveWhatTheLayerAndTheActivationGive) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto count = static_cast<int64_t>(fused_activations().size());
    for (DType dtype : {DType::float32, DType::float64, DType::bfloat16, DType::int64}) {
        for (int64_t number = 1; number < (dtype == DType::int64 ? 2 : count); ++number) {
            SCOPED_TRACE(fmt::format("{} {}", name_of(dtype), number));
            const Tensor x =
                ops::to_dtype(tensor<double>({1, -2, 3, dtype == DType::int64 ? 4 : nan}, DimVector{2, 2}), dtype);
            const Tensor w = ops::to_dtype(tensor<double>({1, 0, -1, 1, 2, -3}, DimVector{3, 2}), dtype);
            for (const IValue& bias : {IValue(), IValue(ops::to_dtype(tensor<double>({-1, 0, 1}), dtype))})
                expect_same(call("wick::linear_fused", x, w, bias, number, low_of(number), high_of(number)),
                            activated(call("aten::linear", x, w, bias), number));
        }
    }
    for (int64_t n : {1, 2, 3}) {
        for (int64_t number = 1; number < count; ++number) {
            SCOPED_TRACE(fmt::format("conv{}d {}", n, number));
            std::vector<IValue> arguments = convolution(n);
            const Tensor plain = call_operator(fmt::format("aten::conv{}d", n), arguments).to_tensor();
            for (const IValue& rest : {IValue(false), IValue(), IValue(), IValue(), IValue(), IValue(false),
                                       IValue(0.0), IValue(number), IValue(low_of(number)), IValue(high_of(number))})
                arguments.push_back(rest);
            expect_same(call_operator(fmt::format("wick::conv{}d_fused", n), arguments).to_tensor(),
                        activated(plain, number));
        }
    }
}

/// The joint convolution and what finishes it.
Tensor fused_norm(int64_t n, std::vector<IValue> arguments, const std::vector<IValue>& norm, bool training) {
    arguments.emplace_back(true);
    arguments.insert(arguments.end(), norm.begin(), norm.end());
    for (const IValue& rest : {IValue(training), IValue(0.1), IValue(3), IValue(0.0), IValue(6.0)})
        arguments.push_back(rest);
    const IValue layer = call_operator(fmt::format("wick::conv{}d_fused", n), std::move(arguments));
    return call("wick::finish_layer", layer, n, norm[0], norm[1], norm[2], norm[3], training, 0.5, 0.1, 3, 0.0, 6.0);
}

TEST(FuseLayers, NormalisationsAreAppliedOnce) {
    const Tensor weight = tensor<float>({1, -2, 0.5, 3}), bias = tensor<float>({0, 1, -1, 2}),
                 mean = tensor<float>({0.5, -1, 0, 2}), var = tensor<float>({1, 4, 0.25, 0});
    const std::vector<std::vector<IValue>> norms = {
        {weight, bias, mean, var},
        {IValue(), IValue(), mean, var},
        {IValue(), IValue(), ops::to_dtype(mean, DType::float64), ops::to_dtype(var, DType::float64)},
    };
    for (int64_t n : {1, 2, 3}) {
        for (const std::vector<IValue>& norm : norms) {
            for (bool training : {false, true}) {
                for (const IValue& own_bias : {IValue(), IValue(tensor<float>({0, 1, -1, 0}))}) {
                    SCOPED_TRACE(fmt::format("{} {}", n, training));
                    std::vector<IValue> arguments = convolution(n);
                    arguments[2] = own_bias;
                    const auto fresh = [&] {
                        std::vector<IValue> copies = norm;
                        for (size_t i : {2, 3}) copies[i] = IValue(call("aten::clone", copies[i]));
                        return copies;
                    };
                    const std::vector<IValue> apart = fresh(), joint = fresh();
                    const Tensor plain = call_operator(fmt::format("aten::conv{}d", n), arguments).to_tensor();
                    const Tensor expected = call("aten::relu6", call("aten::batch_norm", plain, apart[0], apart[1],
                                                                     apart[2], apart[3], training, 0.5, 0.1, false));
                    expect_same(fused_norm(n, arguments, joint, training), expected);
                    expect_same(joint[2].to_tensor(), apart[2].to_tensor());
                }
            }
        }
    }
}

TEST(FuseLayers, WhatDoesNotFitIsTheErrorOfItsPart) {
    std::vector<IValue> arguments = convolution(2);
    const std::vector<IValue> norm = {IValue(), IValue(), tensor<float>({1, 2, 3}), tensor<float>({1, 2, 3})};
    EXPECT_THROW(fused_norm(2, arguments, norm, false), OpError);
    arguments[2] = tensor<float>({1});
    const std::vector<IValue> fitting = {IValue(), IValue(), tensor<float>({1, 2, 3, 4}), tensor<float>({1, 2, 3, 4})};
    EXPECT_THROW(fused_norm(2, arguments, fitting, false), OpError);
}

TEST(FuseLayers, OperatorsAreDifferentiatedAsWhatTheyStandFor) {
    const Tensor x = tensor<double>({1, -2, 3, 4}, DimVector{2, 2}).set_requires_grad();
    const Tensor w = tensor<double>({1, 0, -1, 1}, DimVector{2, 2}).set_requires_grad();
    const Tensor fused = call("wick::linear_fused", x, w, IValue(), 1, 0.0, std::numeric_limits<double>::infinity());
    const Tensor apart = call("aten::relu", call("aten::linear", x, w, IValue()));
    const auto gradients = autograd::grad({call("aten::sum", fused)}, {x, w});
    const auto expected = autograd::grad({call("aten::sum", apart)}, {x, w});
    for (size_t i = 0; i < 2; ++i) expect_close(values(gradients[i]), values(expected[i]));
}

TEST(FuseLayers, NormalisationsAreDifferentiatedWhoeverWantsAGradient) {
    for (size_t wanted : {0, 1}) {
        std::vector<IValue> arguments = convolution(2);
        std::vector<IValue> norm = {tensor<float>({1, -2, 0.5, 3}), IValue(), tensor<float>({0.5, -1, 0, 2}),
                                    tensor<float>({1, 4, 0.25, 0})};
        const Tensor leaf = (wanted == 0 ? norm[0] : arguments[1]).to_tensor();
        leaf.set_requires_grad();
        const Tensor fused = fused_norm(2, arguments, norm, false);
        const Tensor plain = call_operator("aten::conv2d", arguments).to_tensor();
        const Tensor apart = call(
            "aten::relu6", call("aten::batch_norm", plain, norm[0], norm[1], norm[2], norm[3], false, 0.5, 0.1, false));
        expect_same(fused.detach(), apart.detach());
        expect_close(values(autograd::grad({call("aten::sum", fused)}, {leaf})[0]),
                     values(autograd::grad({call("aten::sum", apart)}, {leaf})[0]));
    }
}

}  // namespace
}  // namespace wick::jit
