// The passes that freezing is made of.

#include <gtest/gtest.h>

#include "passes/eliminate_dead_code.h"
#include "passes/fold_attributes.h"
#include "passes/fold_batch_norm.h"
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

TEST_F(FoldAttributes, AModuleThatIsGivenAwayIsKeptWhole) {
    const auto graph = parse(
        "  %inner : __torch__.Inner = prim::GetAttr[name=\"inner\"](%self)\n"
        "  %y : Tensor = prim::CallMethod[name=\"forward\"](%inner, %x)\n"
        "  return (%y)\n");
    EXPECT_EQ(changed_attributes(*graph, *self), (AttributePlaces{{self.get(), "inner"}, {inner.get(), "bias"}}));
}

TEST(FoldBatchNorm, GoesIntoTheConvolution) {
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
    EXPECT_TRUE(fold_batch_norm(*graph));
    eliminate_dead_code(*graph);
    graph->verify();
    // s = 2 / √4; weight 3·s, bias (0 − 1)·s + 5.
    const Node* folded = graph->outputs()[0]->node;
    EXPECT_EQ(folded->kind.str(), "aten::conv1d");
    const Tensor weight = constant_value(folded->input(1))->to_tensor();
    EXPECT_EQ(weight.sizes().vec(), (std::vector<int64_t>{1, 1, 2}));
    EXPECT_EQ(call_operator("aten::sum", {weight}).to_tensor().item().to_double(), 6);
    EXPECT_EQ(constant_value(folded->input(2))->to_tensor().item().to_double(), 4);
    EXPECT_FALSE(fold_batch_norm(*graph));
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
