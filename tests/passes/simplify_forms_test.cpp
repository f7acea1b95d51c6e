// What types and equal operands decide, and graphs without calls.

#include "passes/simplify_forms.h"

#include <gtest/gtest.h>

namespace wick::jit {
namespace {

/// The body of a graph of %x (Tensor), %n (int), %b (bool), %f (float) and %o (int?), simplified.
std::string simplified(const std::string& body) {
    const std::string inputs =
        "graph(%x : Tensor,\n      %n : int,\n      %b : bool,\n      %f : float,\n      %o : int?):\n";
    const auto graph = parse_graph(inputs + body);
    simplify_forms(*graph);
    graph->verify();
    return graph->str(false).substr(inputs.size());
}

const std::string kConstants =
    "  %none : NoneType = prim::Constant()\n"
    "  %zero : int = prim::Constant[value=0]()\n"
    "  %two : int = prim::Constant[value=2]()\n";

TEST(SimplifyForms, TestsForNone) {
    const auto of = [](const std::string& test) {
        const std::string text = simplified(kConstants + "  %y : bool = " + test + "\n  return (%y)\n");
        if (text.find("aten::__is") != text.npos) return "unknown";
        return text.find("value=1") != text.npos ? "true" : "false";
    };
    EXPECT_STREQ(of("aten::__is__(%x, %none)"), "false");
    EXPECT_STREQ(of("aten::__isnot__(%none, %x)"), "true");
    EXPECT_STREQ(of("aten::__is__(%none, %none)"), "true");
    EXPECT_STREQ(of("aten::__is__(%o, %none)"), "unknown");
}

TEST(SimplifyForms, CastsToTheSameType) {
    EXPECT_EQ(simplified("  %y : Tensor = prim::unchecked_cast(%x)\n  return (%y)\n"), "  return (%x)\n");
    EXPECT_EQ(simplified("  %y : int? = prim::unchecked_cast(%n)\n  return (%y)\n"), "  return (%n)\n");
    EXPECT_EQ(simplified("  %y : int = prim::unchecked_cast(%o)\n  return (%y)\n"),
              "  %y : int = prim::unchecked_cast(%o)\n  return (%y)\n");
}

TEST(SimplifyForms, ArithmeticOfInts) {
    const auto of = [](const std::string& text) { return simplified(kConstants + text); };
    EXPECT_EQ(of("  %y : int = aten::add(%zero, %n)\n  return (%y)\n"), "  return (%n)\n");
    EXPECT_EQ(of("  %a : int = aten::add(%n, %two)\n  %y : int = aten::sub(%a, %two)\n  return (%y)\n"),
              "  return (%n)\n");
    EXPECT_NE(of("  %a : int = aten::sub(%n, %two)\n  %y : int = aten::sub(%a, %two)\n  return (%y)\n").find("value=4"),
              std::string::npos);
    EXPECT_NE(of("  %y : bool = aten::eq(%n, %n)\n  return (%y)\n").find("value=1"), std::string::npos);
    // nan is not nan.
    EXPECT_NE(of("  %y : bool = aten::eq(%f, %f)\n  return (%y)\n").find("aten::eq"), std::string::npos);
}

TEST(SimplifyForms, BranchesThatAreTheCondition) {
    EXPECT_EQ(simplified("  %yes : bool = prim::Constant[value=1]()\n  %no : bool = prim::Constant[value=0]()\n"
                         "  %y : bool = prim::If(%b)\n    block0():\n      -> (%yes)\n    block1():\n      -> (%no)\n"
                         "  return (%y)\n"),
              "  return (%b)\n");
}

TEST(SimplifyForms, ListsThatNobodyChanges) {
    const std::string list = kConstants + "  %xs : int[] = prim::ListConstruct(%n, %two)\n";
    const std::string length = "  %y : int = aten::len(%xs)\n  return (%y)\n";
    EXPECT_NE(simplified(list + length).find("value=2"), std::string::npos);
    EXPECT_EQ(simplified(list + "  %y : int = aten::__getitem__(%xs, %zero)\n  return (%y)\n"), "  return (%n)\n");
    const std::string changed = "  %r : int[] = aten::append(%xs, %n)\n";
    EXPECT_NE(simplified(list + changed + length).find("aten::len"), std::string::npos);
    // By another name.
    const std::string outer =
        "  %xss : int[][] = prim::ListConstruct(%xs)\n"
        "  %i : int[] = aten::__getitem__(%xss, %n)\n  %r : int[] = aten::append(%i, %n)\n";
    EXPECT_NE(simplified(list + outer + length).find("aten::len"), std::string::npos);
}

}  // namespace
}  // namespace wick::jit
