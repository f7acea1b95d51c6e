#include "frontend/type_parser.h"

#include <gtest/gtest.h>

#include <wick/support/error.h>

#include "frontend/parser.h"
#include "frontend/sugared_value.h"

namespace wick::jit {
namespace {

struct OneClass : Resolver {
    ClassTypePtr type = make_intrusive<ClassType>("__torch__.a.C", false);
    SugaredPtr resolve_value(const std::string&, Graph&, const SourceRange&) override { return nullptr; }
    TypePtr resolve_type(const std::string& name, const SourceRange&) override {
        return name == "__torch__.a.C" ? TypePtr(type) : TypePtr();
    }
};

std::string parsed(const std::string& text) {
    OneClass resolver;
    try {
        return parse_type(text, resolver)->str();
    } catch (const CompileError& error) {
        return error.sentence();
    }
}

TEST(TypeParser, ReadsEverySpelling) {
    EXPECT_EQ(parsed("Tensor"), "Tensor");
    EXPECT_EQ(parsed("torch.LongTensor"), "Tensor");
    EXPECT_EQ(parsed("number"), "Scalar");
    EXPECT_EQ(parsed("None"), "NoneType");
    EXPECT_EQ(parsed("NoneType"), "NoneType");
    EXPECT_EQ(parsed("torch.dtype"), "int");
    EXPECT_EQ(parsed("torch.device"), "Device");
    EXPECT_EQ(parsed("List[List[int]]"), "int[][]");
    EXPECT_EQ(parsed("list[float]"), "float[]");
    EXPECT_EQ(parsed("typing.Optional[Tensor]"), "Tensor?");
    EXPECT_EQ(parsed("int | None"), "int?");
    EXPECT_EQ(parsed("Dict[str, Tuple[int, Tensor]]"), "Dict(str, (int, Tensor))");
    EXPECT_EQ(parsed("Tuple[()]"), "()");
    EXPECT_EQ(parsed("Future[Tensor]"), "Future(Tensor)");
    EXPECT_EQ(parsed("'List[int]'"), "int[]");
    EXPECT_EQ(parsed("__torch__.a.C"), "__torch__.a.C");
    EXPECT_EQ(parsed("Optional[__torch__.a.C]"), "__torch__.a.C?");
}

TEST(TypeParser, RefusesWhatIsNoType) {
    EXPECT_EQ(parsed("Foo"), "Unknown type name 'Foo'");
    EXPECT_EQ(parsed("__torch__.a.D"), "Unknown type name '__torch__.a.D'");
    EXPECT_EQ(parsed("Set[int]"), "Unknown type constructor Set");
    EXPECT_EQ(parsed("List[int, int]"), " expected exactly one element type but found 2");
    EXPECT_EQ(parsed("Dict[int]"), " expected exactly 2 element types but found 1");
    EXPECT_EQ(parsed("1 + 2"), "Expression of type + cannot be used in a type expression");
    EXPECT_EQ(parsed("f(1)"), "Expression of type apply cannot be used in a type expression");
    EXPECT_EQ(parsed("[x for x in y]"), "Expression of type list comprehension cannot be used in a type expression");
    EXPECT_EQ(parsed("Tuple[(int, int)]"), "Tuple literal in Tuple type annotation must not have any elements!");
}

TEST(TypeParser, ReadsSignatures) {
    const auto ast =
        parse(std::make_shared<Source>("def f(self, x, sizes: BroadcastingList2[int], *, p: float=1, q: "
                                       "Optional[List[int]]=[-1, 2], s: str='a') -> int:\n  pass\n",
                                       "t"));
    OneClass resolver;
    const Schema schema = parse_signature(*ast::as<ast::FunctionDef>(ast->body[0]), resolver, resolver.type);
    ASSERT_EQ(schema.arguments.size(), 6u);
    EXPECT_EQ(schema.arguments[0].type->str(), "__torch__.a.C");
    EXPECT_EQ(schema.arguments[1].type->str(), "Tensor");
    EXPECT_EQ(schema.arguments[2].fixed_length, 2);
    EXPECT_TRUE(schema.arguments[3].kwarg_only);
    EXPECT_EQ(schema.arguments[3].default_value->to_double(), 1.0);
    EXPECT_EQ(schema.arguments[4].default_value->to_int_vector(), (std::vector<int64_t>{-1, 2}));
    EXPECT_EQ(schema.returns.at(0).type->str(), "int");
}

}  // namespace
}  // namespace wick::jit
