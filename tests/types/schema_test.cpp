#include <gtest/gtest.h>

#include <wick/support/error.h>
#include <wick/types/schema.h>

namespace wick::jit {
namespace {

TEST(Schema, RoundTrips) {
    for (const char* text : {
             "aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor",
             "aten::relu_(Tensor(a!) self) -> Tensor(a!)",
             "aten::max.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)",
             "aten::append.t(t[](a!) self, t(c -> *) el) -> t[](a!)",
             "prim::TupleUnpack(Any tup) -> ...",
             "aten::format(str self, ...) -> str",
             "aten::conv2d(Tensor input, Tensor weight, Tensor? bias=None, int[2] stride=1, int[2] padding=0, int[2] "
             "dilation=1, int groups=1) "
             "-> Tensor",
             "aten::split.Tensor(Tensor(a -> *) self, int split_size, int dim=0) -> Tensor(a)[]",
             "aten::keys.str(Dict(str, t) self) -> str[](*)",
             "prim::RaiseException(str msg, str? cls=None) -> ()",
         }) {
        const Schema schema = parse_schema(text);
        const Schema again = parse_schema(schema.str());
        EXPECT_EQ(schema.str(), again.str());
    }
}

TEST(Schema, ReadsArguments) {
    const Schema schema = parse_schema(
        "aten::foo.bar(Tensor(a!) self, int[2] size=[3, 4], *, float? eps=1e-05, str mode=\"mean\") -> Tensor(a!)");
    EXPECT_EQ(schema.name, "aten::foo");
    EXPECT_EQ(schema.overload, "bar");
    ASSERT_EQ(schema.arguments.size(), 4u);
    EXPECT_TRUE(schema.arguments[0].alias->is_write);
    EXPECT_EQ(schema.arguments[1].fixed_length, 2);
    EXPECT_EQ(schema.arguments[1].default_value->to_int_vector(), (std::vector<int64_t>{3, 4}));
    EXPECT_TRUE(schema.arguments[2].kwarg_only);
    EXPECT_DOUBLE_EQ(schema.arguments[2].default_value->to_double(), 1e-5);
    EXPECT_EQ(schema.arguments[2].type->str(), "float?");
    EXPECT_EQ(schema.arguments[3].default_value->to_string(), "mean");
    EXPECT_TRUE(schema.is_mutable());
}

TEST(Schema, RefusesDamage) {
    for (const char* text : {"", "aten::x", "aten::x(", "aten::x(Tensor)", "aten::x(Tensor a", "aten::x(Tensor a) ->",
                             "aten::x(Foo a) -> Tensor", "aten::x(Tensor a) -> Tensor trailing words"}) {
        EXPECT_THROW(parse_schema(text), CompileError) << text;
    }
}

}  // namespace
}  // namespace wick::jit
