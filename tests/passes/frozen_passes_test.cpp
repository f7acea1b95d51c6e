// The passes that freezing is made of.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "passes/eliminate_dead_code.h"
#include "passes/fold_attributes.h"
#include "passes/fold_into_weights.h"
#include "passes/remove_dropout.h"

namespace wick::jit {
namespace {

Tensor full(std::vector<int64_t> sizes, double value) {
    return call_operator("aten::full", {IValue(std::move(sizes)), IValue(value)}).to_tensor();
}

/// M(scale: int, weight: Tensor, state: Tensor, inner: Inner(bias: Tensor)).
struct FoldAttributes : testing::Test {
    FoldAttributes() {
        inner_type->add_attribute("bias", tensor_type(), true);
        type->add_attribute("scale", int_type());
        type->add_attribute("weight", tensor_type(), true);
        type->add_attribute("state", tensor_type(), false, true);
        type->add_attribute("inner", inner_type);
        inner = make_intrusive<ScriptObject>(inner_type);
        inner->set_slot(0, IValue(full({}, 1)));
        self = make_intrusive<ScriptObject>(type);
        self->set_slot(0, IValue(int64_t{3}));
        self->set_slot(1, IValue(full({}, 2).set_requires_grad()));
        self->set_slot(2, IValue(full({2}, 0)));
        self->set_slot(3, IValue(inner));
    }
    std::shared_ptr<Graph> parse(const std::string& body) {
        return parse_graph("graph(%self : __torch__.M,\n      %x : Tensor):\n" + body,
                           [&](const std::string& name) -> TypePtr {
                               return name == "__torch__.M" ? TypePtr(type) : TypePtr(inner_type);
                           });
    }
    ClassTypePtr type = make_intrusive<ClassType>("__torch__.M", true);
    ClassTypePtr inner_type = make_intrusive<ClassType>("__torch__.Inner", true);
    IntrusivePtr<ScriptObject> self, inner;
};

const char* const kReads =
    "  %scale : int = prim::GetAttr[name=\"scale\"](%self)\n"
    "  %inner : __torch__.Inner = prim::GetAttr[name=\"inner\"](%self)\n"
    "  %bias : Tensor = prim::GetAttr[name=\"bias\"](%inner)\n"
    "  %weight : Tensor = prim::GetAttr[name=\"weight\"](%self)\n"
    "  %a : Tensor = aten::mul(%x, %scale)\n"
    "  %b : Tensor = aten::mul(%a, %weight)\n"
    "  %c : Tensor = aten::mul(%b, %bias)\n"
    "  return (%c)\n";

TEST_F(FoldAttributes, ReadsBecomeConstants) {
    const auto graph = parse(kReads);
    EXPECT_TRUE(changed_attributes(*graph, *self).empty());
    EXPECT_TRUE(fold_attributes(*graph, *self, {}));
    eliminate_dead_code(*graph);
    graph->verify();
    EXPECT_EQ(graph->str(),
              "graph(%self : __torch__.M,\n      %x : Tensor):\n"
              "  %10 : int = prim::Constant[value=3]()\n"
              "  %self.inner.bias : Tensor = prim::Constant[value={1}]()\n"
              "  %self.weight : Tensor = prim::Constant[value={2}]()\n"
              "  %a : Tensor = aten::mul(%x, %10)\n"
              "  %b : Tensor = aten::mul(%a, %self.weight)\n"
              "  %c : Tensor = aten::mul(%b, %self.inner.bias)\n"
              "  return (%c)\n");
    for (const Node* node : graph->block()->nodes()) {
        const IValue* value = constant_value(node->output());
        EXPECT_FALSE(value && value->is_tensor() && value->tensor_ref().requires_grad());
    }
}

TEST_F(FoldAttributes, KeptOnesAreRead) {
    const auto graph = parse(kReads);
    fold_attributes(*graph, *self, {{self.get(), "scale"}, {inner.get(), "bias"}});
    const std::string text = graph->str();
    EXPECT_NE(text.find("GetAttr[name=\"scale\"]"), text.npos);
    EXPECT_NE(text.find("GetAttr[name=\"bias\"]"), text.npos);
    EXPECT_EQ(text.find("GetAttr[name=\"weight\"]"), text.npos);
}

TEST_F(FoldAttributes, KnowsWhatChanges) {
    const auto changed = [&](const std::string& body) {
        std::string names;
        for (const auto& [object, name] : changed_attributes(*parse(body), *self)) {
            if (!names.empty()) names += ' ';
            names += (object == inner.get() ? "inner." : "") + name;
        }
        return names;
    };
    const std::string one = "  %one : int = prim::Constant[value=1]()\n  %zero : int = prim::Constant[value=0]()\n";
    const std::string state = one + "  %state : Tensor = prim::GetAttr[name=\"state\"](%self)\n";
    // By assignment, in place, in place of a view, of what a branch gives, of what a list holds, of what a loop
    // carries.
    EXPECT_EQ(changed(one + "   = prim::SetAttr[name=\"scale\"](%self, %one)\n  return (%x)\n"), "scale");
    EXPECT_EQ(changed(state + "  %y : Tensor = aten::add_(%state, %x, %one)\n  return (%x)\n"), "state");
    EXPECT_EQ(changed(state + "  %row : Tensor = aten::select(%state, %zero, %zero)\n"
                              "  %y : Tensor = aten::add_(%row, %x, %one)\n  return (%x)\n"),
              "state");
    EXPECT_EQ(changed(state + "  %c : bool = aten::Bool(%x)\n  %either : Tensor = prim::If(%c)\n    block0():\n"
                              "      -> (%state)\n    block1():\n      -> (%x)\n"
                              "  %y : Tensor = aten::add_(%either, %x, %one)\n  return (%x)\n"),
              "state");
    EXPECT_EQ(changed(state + "  %list : Tensor[] = prim::ListConstruct(%state)\n"
                              "  %first : Tensor = aten::__getitem__(%list, %zero)\n"
                              "  %y : Tensor = aten::add_(%first, %x, %one)\n  return (%x)\n"),
              "state");
    EXPECT_EQ(changed(state + "  %true : bool = prim::Constant[value=1]()\n"
                              "  %end : Tensor = prim::Loop(%one, %true, %state)\n    block0(%i : int, %s : Tensor):\n"
                              "      %y : Tensor = aten::add_(%s, %x, %one)\n      -> (%true, %y)\n  return (%x)\n"),
              "state");
    // Below the module, and not what is only read, or copied before.
    EXPECT_EQ(changed("  %inner : __torch__.Inner = prim::GetAttr[name=\"inner\"](%self)\n"
                      "   = prim::SetAttr[name=\"bias\"](%inner, %x)\n  return (%x)\n"),
              "inner.bias");
    EXPECT_EQ(changed(state + "  %sum : Tensor = aten::add(%state, %x, %one)\n"
                              "  %y : Tensor = aten::add_(%sum, %x, %one)\n  return (%x)\n"),
              "");
}

TEST_F(FoldAttributes, AModuleThatIsGivenAwayIsKeptWhole) {
    const auto graph = parse(
        "  %inner : __torch__.Inner = prim::GetAttr[name=\"inner\"](%self)\n"
        "  %y : Tensor = prim::CallMethod[name=\"forward\"](%inner, %x)\n"
        "  return (%y)\n");
    EXPECT_EQ(changed_attributes(*graph, *self), (AttributePlaces{{self.get(), "inner"}, {inner.get(), "bias"}}));
}

TEST(FoldIntoWeights, BatchNormGoesIntoTheConvolution) {
    const auto graph = std::make_shared<Graph>();
    Value* x = graph->add_input("x");
    const auto constant = [&](IValue value) { return graph->insert_constant(std::move(value)); };
    const auto ints = [&](int64_t a) { return constant(IValue(std::vector<int64_t>{a})); };
    Value* none = constant(IValue());
    Value* conv = graph->insert_op("aten::conv1d", {x, constant(IValue(full({1, 1, 2}, 3))), none, ints(1), ints(0),
                                                    ints(1), constant(IValue(int64_t{1}))});
    Value* norm = graph->insert_op(
        "aten::batch_norm", {conv, constant(IValue(full({1}, 2))), constant(IValue(full({1}, 5))),
                             constant(IValue(full({1}, 1))), constant(IValue(full({1}, 4))), constant(IValue(false)),
                             constant(IValue(0.1)), constant(IValue(0.0)), constant(IValue(true))});
    graph->register_output(norm);
    EXPECT_TRUE(fold_into_weights(*graph));
    eliminate_dead_code(*graph);
    graph->verify();
    // s = 2 / √4; weight 3·s, bias (0 − 1)·s + 5.
    const Node* folded = graph->outputs()[0]->node;
    EXPECT_EQ(folded->kind.str(), "aten::conv1d");
    const Tensor weight = constant_value(folded->input(1))->to_tensor();
    EXPECT_EQ(weight.sizes().vec(), (std::vector<int64_t>{1, 1, 2}));
    EXPECT_EQ(call_operator("aten::sum", {weight}).to_tensor().item().to_double(), 6);
    EXPECT_EQ(constant_value(folded->input(2))->to_tensor().item().to_double(), 4);
    EXPECT_FALSE(fold_into_weights(*graph));
}

/// conv1d(x, 3, bias 1) of two channels, or linear, and what `text` makes of it, folded; what PyTorch's text calls %y.
std::shared_ptr<Graph> folded(const std::string& layer, const std::string& text) {
    const auto graph = parse_graph(
        "graph(%x : Tensor):\n"
        "  %none : NoneType = prim::Constant()\n"
        "  %one : int = prim::Constant[value=1]()\n"
        "  %zero : int = prim::Constant[value=0]()\n"
        "  %half : float = prim::Constant[value=0.5]()\n"
        "  %off : bool = prim::Constant[value=0]()\n"
        "  %ones : int[] = prim::ListConstruct(%one)\n"
        "  %zeros : int[] = prim::ListConstruct(%zero)\n"
        "  %w : Tensor = prim::Constant()\n"
        "  %b : Tensor = prim::Constant()\n"
        "  %channels : Tensor = prim::Constant()\n"
        "  %several : Tensor = prim::Constant()\n" +
        layer + text + "  return (%z)\n");
    // Texts of graphs leave the elements of tensors out.
    const std::vector<Tensor> tensors = {
        full(layer.find("conv") != layer.npos ? std::vector<int64_t>{2, 1, 1} : std::vector<int64_t>{2, 1}, 3),
        full({2}, 1), full({1, 2, 1}, 4), full({1, 2, 3}, 4)};
    size_t next = 0;
    for (Node* node : graph->block()->nodes()) {
        if (node->kind == sym::prim_Constant && node->output()->type->is(TypeKind::Tensor))
            node->set_attr(sym::attr_value, IValue(tensors.at(next++)));
    }
    while (fold_into_weights(*graph)) {
    }
    graph->verify();
    return graph;
}

const char* const kConvolution = "  %y : Tensor = aten::conv1d(%x, %w, %b, %ones, %zeros, %ones, %one)\n";

/// The weights of the layer that a graph returns, each all the same: "weight bias", or the graph where none is left.
std::string weights_of(const Graph& graph) {
    const Node* layer = graph.outputs()[0]->node;
    if (layer->inputs.size() < 3 || !constant_value(layer->input(1)) || !constant_value(layer->input(1))->is_tensor())
        return graph.str();
    const auto element = [&](size_t input) {
        const Tensor tensor = constant_value(layer->input(input))->to_tensor();
        return call_operator("aten::sum", {tensor}).to_tensor().item().to_double() /
               static_cast<double>(tensor.numel());
    };
    return fmt::format("{} {}", element(1), element(2));
}

TEST(FoldIntoWeights, ArithmeticGoesIntoTheConvolution) {
    const auto of = [](const std::string& text) { return weights_of(*folded(kConvolution, text)); };
    EXPECT_EQ(of("  %z : Tensor = aten::add(%y, %channels, %one)\n"), "3 5");
    EXPECT_EQ(of("  %z : Tensor = aten::sub(%y, %half, %one)\n"), "3 0.5");
    EXPECT_EQ(of("  %z : Tensor = aten::mul(%y, %channels)\n"), "12 4");
    EXPECT_EQ(of("  %z : Tensor = aten::div(%y, %half)\n"), "6 2");
    EXPECT_EQ(of("  %m : Tensor = aten::mul(%y, %channels)\n  %z : Tensor = aten::add(%m, %half, %one)\n"), "12 4.5");
}

TEST(FoldIntoWeights, OthersStay) {
    const auto stays = [](const std::string& layer, const std::string& text) {
        return folded(layer, text)->outputs()[0]->node->kind.str() ==
               text.substr(text.rfind("= ") + 2, text.rfind('(') - text.rfind("= ") - 2);
    };
    // A value per element, a channel's place in another dimension, one that is no constant, a result that is read
    // twice.
    EXPECT_TRUE(stays(kConvolution, "  %z : Tensor = aten::mul(%y, %several)\n"));
    EXPECT_TRUE(stays(kConvolution, "  %z : Tensor = aten::mul(%y, %b)\n"));
    EXPECT_TRUE(stays(kConvolution, "  %z : Tensor = aten::mul(%y, %x)\n"));
    EXPECT_TRUE(stays(kConvolution, "  %z : Tensor = aten::mul(%y, %y)\n"));
    EXPECT_TRUE(stays("  %y : Tensor = aten::linear(%x, %w, %b)\n", "  %z : Tensor = aten::mul(%y, %half)\n"));
}

TEST(FoldIntoWeights, BatchNormGoesIntoLinear) {
    // (y − 1) · 1 / √(1 + 0) of y = 3x + 1, times 1, plus 1.
    const auto graph = folded("  %y : Tensor = aten::linear(%x, %w, %b)\n",
                              "  %nothing : float = prim::Constant[value=0.]()\n"
                              "  %z : Tensor = aten::batch_norm(%y, %b, %b, %b, %b, %off, %half, %nothing, %off)\n");
    EXPECT_EQ(weights_of(*graph), "3 1");
    EXPECT_EQ(graph->outputs()[0]->node->kind.str(), "aten::linear");
}

TEST(RemoveDropout, OnlyWhereItIsOff) {
    const auto graph = parse_graph(
        "graph(%x : Tensor):\n"
        "  %p : float = prim::Constant[value=0.5]()\n"
        "  %off : bool = prim::Constant[value=0]()\n"
        "  %on : bool = prim::Constant[value=1]()\n"
        "  %a : Tensor = aten::dropout(%x, %p, %off)\n"
        "  %b : Tensor = aten::dropout(%a, %p, %on)\n"
        "  return (%b)\n");
    EXPECT_TRUE(remove_dropout(*graph));
    EXPECT_FALSE(remove_dropout(*graph));
    EXPECT_NE(graph->str().find("%b : Tensor = aten::dropout(%x, %p, %on)"), std::string::npos);
    EXPECT_EQ(graph->str().find("%a"), std::string::npos);
}

}  // namespace
}  // namespace wick::jit
