#include "batching/rules.h"

#include <unordered_map>

namespace wick::batching {

namespace {

using RulesByName = std::unordered_map<std::string, Rule>;

const RulesByName& rules_by_name() {
    static const auto* const rules = [] {
        auto* found = new RulesByName;
        for (const auto* table : {&kPointwiseRules, &kShapeRules, &kProductRules, &kIndexRules, &kLayerRules})
            for (const RuleRow& row : *table)
                for (std::string_view rest = row.names; !rest.empty();) {
                    const size_t end = std::min(rest.find(' '), rest.size());
                    found->emplace(rest.substr(0, end), row.rule);
                    rest.remove_prefix(std::min(end + 1, rest.size()));
                }
        return found;
    }();
    return *rules;
}

}  // namespace

Rule rule_of(const Operator& op) {
    if (op.pointwise) return &batch_pointwise;
    const RulesByName& rules = rules_by_name();
    // A name alone stands for the overload without one only where no overload is named beside it.
    if (const auto own = rules.find(op.operator_name()); own != rules.end()) return own->second;
    const auto shared = rules.find(op.name);
    return shared == rules.end() ? nullptr : shared->second;
}

}  // namespace wick::batching
