// The registry as a whole.

#include "ops/registry.h"

#include <gtest/gtest.h>

namespace wick::jit {
namespace {

// Schemas are parsed when they are asked for: here all are.
TEST(Registry, EverySchemaParsesAndIsWhatTheEntrySays) {
    const std::vector<const Operator*> all = Registry::instance().all();
    EXPECT_GT(all.size(), 1500u);
    for (const Operator* op : all) {
        const Schema& schema = op->schema();
        EXPECT_EQ(schema.operator_name(), op->operator_name());
        EXPECT_EQ(!schema.arguments.empty() && schema.arguments.back().is_out, op->is_out_variant) << schema.str();
        const bool is_method = !schema.arguments.empty() && schema.arguments[0].name == "self" &&
                               schema.arguments[0].type->is(TypeKind::Tensor);
        EXPECT_EQ(is_method, op->is_tensor_method) << schema.str();
        EXPECT_EQ(parse_schema(schema.str()).str(), schema.str());
        EXPECT_EQ(Registry::instance().find_overload(op->operator_name()), op);
    }
}

TEST(Registry, OutVariantsStandLast) {
    const std::vector<const Operator*>& add = Registry::instance().find("aten::add");
    const auto first_out = std::ranges::find_if(add, &Operator::is_out_variant);
    EXPECT_NE(first_out, add.end());
    EXPECT_TRUE(std::all_of(first_out, add.end(), [](const Operator* op) { return op->is_out_variant; }));
}

}  // namespace
}  // namespace wick::jit
