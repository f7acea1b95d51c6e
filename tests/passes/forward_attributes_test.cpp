#include "passes/forward_attributes.h"

#include <gtest/gtest.h>

#include "ir/compilation_unit.h"

namespace wick::jit {
namespace {

/// P(x: float, next: Optional[P]) and Q(x: float).
struct ForwardAttributes : testing::Test {
    ForwardAttributes() {
        p->add_attribute("x", float_type());
        p->add_attribute("next", optional_type(p));
        q->add_attribute("x", float_type());
        unit.add_type(p);
        unit.add_type(q);
    }
    /// The body of `graph(%a : P, %b : P, %c : bool, %n : int, %v : float)` after the pass.
    std::string after(const std::string& body) {
        const std::string head =
            "graph(%a : __torch__.P,\n      %b : __torch__.P,\n      %c : bool,\n      %n : int,\n      %v : float):\n";
        const auto graph =
            parse_graph(head + body, [&](const std::string& name) -> TypePtr { return name == "__torch__.P" ? p : q; });
        forward_attributes(*graph);
        graph->verify();
        const std::string text = graph->str();
        return text.substr(head.size());
    }
    CompilationUnit unit;
    ClassTypePtr p = make_intrusive<ClassType>("__torch__.P", false);
    ClassTypePtr q = make_intrusive<ClassType>("__torch__.Q", false);
};

TEST_F(ForwardAttributes, ReadsTakeWhatWasWritten) {
    EXPECT_EQ(after("  = prim::SetAttr[name=\"x\"](%a, %v)\n"
                    "  %y : float = prim::GetAttr[name=\"x\"](%a)\n"
                    "  %z : float = aten::add(%y, %y)\n"
                    "  return (%z)\n"),
              "   = prim::SetAttr[name=\"x\"](%a, %v)\n"
              "  %z : float = aten::add(%v, %v)\n"
              "  return (%z)\n");
}

TEST_F(ForwardAttributes, AnotherObjectMayBeTheSame) {
    const std::string text =
        "   = prim::SetAttr[name=\"x\"](%a, %v)\n"
        "  %w : float = aten::add(%v, %v)\n"
        "   = prim::SetAttr[name=\"x\"](%b, %w)\n"
        "  %y : float = prim::GetAttr[name=\"x\"](%a)\n"
        "  return (%y)\n";
    EXPECT_EQ(after(text), text);
}

TEST_F(ForwardAttributes, ObjectsThatNobodyReadsAreNotMade) {
    EXPECT_EQ(after("  %o : __torch__.P = prim::CreateObject()\n"
                    "  %i : __torch__.Q = prim::CreateObject()\n"
                    "   = prim::SetAttr[name=\"x\"](%i, %v)\n"
                    "   = prim::SetAttr[name=\"x\"](%o, %v)\n"
                    "   = prim::SetAttr[name=\"next\"](%o, %a)\n"
                    "  %y : float = prim::GetAttr[name=\"x\"](%o)\n"
                    "  %z : float = prim::GetAttr[name=\"x\"](%i)\n"
                    "  %s : float = aten::add(%y, %z)\n"
                    "  return (%s)\n"),
              "  %s : float = aten::add(%v, %v)\n"
              "  return (%s)\n");
}

TEST_F(ForwardAttributes, CallsAndOperatorsOnObjectsMayWrite) {
    const std::string text =
        "   = prim::SetAttr[name=\"x\"](%a, %v)\n"
        "  %l : __torch__.P[] = prim::ListConstruct(%a)\n"
        "  %r : __torch__.P = prim::CallMethod[name=\"f\"](%b)\n"
        "  %y : float = prim::GetAttr[name=\"x\"](%a)\n"
        "  return (%y)\n";
    EXPECT_EQ(after(text), text);
}

TEST_F(ForwardAttributes, BranchesForgetWhatEitherWrote) {
    const std::string text =
        "   = prim::SetAttr[name=\"x\"](%a, %v)\n"
        "   = prim::If(%c)\n"
        "    block0():\n"
        "      %w : float = aten::add(%v, %v)\n"
        "       = prim::SetAttr[name=\"x\"](%a, %w)\n"
        "      -> ()\n"
        "    block1():\n"
        "      -> ()\n"
        "  %y : float = prim::GetAttr[name=\"x\"](%a)\n"
        "  return (%y)\n";
    EXPECT_EQ(after(text), text);
}

TEST_F(ForwardAttributes, LoopsForgetWhatALaterTurnWrites) {
    const std::string text =
        "   = prim::SetAttr[name=\"x\"](%a, %v)\n"
        "  %s : float = prim::Loop(%n, %c, %v)\n"
        "    block0(%i : int, %t : float):\n"
        "      %y : float = prim::GetAttr[name=\"x\"](%a)\n"
        "      %w : float = aten::add(%y, %t)\n"
        "       = prim::SetAttr[name=\"x\"](%a, %w)\n"
        "      -> (%c, %w)\n"
        "  %z : float = prim::GetAttr[name=\"x\"](%a)\n"
        "  %r : float = aten::add(%s, %z)\n"
        "  return (%r)\n";
    EXPECT_EQ(after(text), text);
}

}  // namespace
}  // namespace wick::jit
