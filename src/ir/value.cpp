#include <algorithm>

#include <wick/support/check.h>

#include "ir/graph.h"

namespace wick::jit {

namespace {

bool all_digits(std::string_view text) { return text.find_first_not_of("0123456789") == std::string_view::npos; }

/// Splits "x.12" into "x" and 12; a name without a numeric suffix is its own base, with suffix 1.
std::pair<std::string_view, size_t> split_suffix(std::string_view name) {
    constexpr size_t kMaxDigits = 18;
    const size_t dot = name.rfind('.');
    if (dot == std::string_view::npos || dot + 1 == name.size()) return {name, 1};
    const std::string_view digits = name.substr(dot + 1);
    if (!all_digits(digits) || digits.size() > kMaxDigits) return {name, 1};
    return {name.substr(0, dot), std::stoull(std::string(digits))};
}

}  // namespace

Graph& Value::graph() const { return *node->graph; }

std::string Value::name_base() const { return std::string(split_suffix(name).first); }

Value* Value::set_name(std::string_view new_name) {
    WICK_ASSERT(new_name.empty() || !all_digits(new_name));
    const std::string wanted(new_name);  // `new_name` may point into this value's own name
    auto& names = graph().names_;
    if (has_name()) {
        names.erase(name);
        name.clear();
    }
    if (wanted.empty()) return this;
    if (auto holder = names.find(wanted); holder != names.end()) {
        auto [base, suffix] = split_suffix(wanted);
        auto [last, first_time] = graph().name_suffixes_.try_emplace(std::string(base), 0);
        if (!first_time) suffix = std::max(suffix, last->second + 1);
        std::string replacement;
        do {
            replacement = fmt::format("{}.{}", base, suffix++);
        } while (names.contains(replacement));
        last->second = suffix;
        holder->second->set_name(replacement);
    }
    names[wanted] = this;
    name = wanted;
    return this;
}

Value* Value::copy_metadata(const Value* from) {
    set_type(from->type);
    if (from->has_name()) set_name(from->name);
    return this;
}

void Value::replace_all_uses_with(Value* other) {
    if (other == this) return;
    WICK_ASSERT(&graph() == &other->graph());
    for (const Use& use : uses) {
        use.user->inputs[use.index] = other;
        other->uses.push_back(use);
    }
    uses.clear();
}

}  // namespace wick::jit
