#pragma once
// How operators are called with all tensors of a level at once. A rule runs with calls one level further out in sight
// and gives each of its call's results. The rules of a family stand in a table in its file, by operators' names (for
// all overloads) or full names.

#include "batching/batched_call.h"

namespace wick::batching {

using Rule = void (*)(BatchedCall& call);

/// For the operators whose names stand in a list with blanks between them.
struct RuleRow {
    Rule rule;
    std::string_view names;
};

/// The rule of a functional operator, or of an in-place one that has its own; null where there is none.
Rule rule_of(const Operator& op);

/// Elements with elements: dimensions are aligned from the end.
void batch_pointwise(BatchedCall& call);
/// For one after the other.
void batch_by_loop(BatchedCall& call);
/// A random operator's call, by the level's randomness.
void batch_random(BatchedCall& call);
bool is_random(const Operator& op, Args args);

// The families.
extern const std::vector<RuleRow> kPointwiseRules;
extern const std::vector<RuleRow> kShapeRules;
extern const std::vector<RuleRow> kProductRules;
extern const std::vector<RuleRow> kIndexRules;
extern const std::vector<RuleRow> kLayerRules;

/// Operators that are batched by their parts: a TorchScript text of calls that have rules, by the operator's name; ""
/// for the kernels of such as call nothing but operators.
struct PartsRow {
    std::string_view names;
    std::string_view text;
};
extern const std::vector<PartsRow> kParts;

}  // namespace wick::batching
