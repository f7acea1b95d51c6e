// Texts of types.

#include <gtest/gtest.h>

#include <wick/types/type.h>

namespace wick::jit {
namespace {

TEST(TypeText, StaysShortWhenPartsAreShared) {
    TypePtr type = int_type();
    for (int i = 0; i < 60; ++i) type = tuple_type({type, type});
    EXPECT_LT(type->str().size(), 100'000u);
    EXPECT_LT(type->annotation_str().size(), 100'000u);
    EXPECT_NE(type->annotation_str().find("..."), std::string::npos);
}

TEST(TypeText, OfOrdinaryTypesIsWhole) {
    std::vector<TypePtr> many(1000, list_type(int_type()));
    const std::string text = tuple_type(many)->annotation_str();
    EXPECT_EQ(text.find("..."), std::string::npos);
    EXPECT_EQ(tuple_type({int_type(), dict_type(string_type(), tuple_type({float_type()}))})->annotation_str(),
              "Tuple[int, Dict[str, Tuple[float]]]");
}

}  // namespace
}  // namespace wick::jit
