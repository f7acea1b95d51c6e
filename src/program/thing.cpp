#include "program/thing.h"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <unordered_set>

#include "program/session.h"

namespace wick::jit {

const IValue& Arguments::at(size_t position) const {
    if (position >= positional.size())
        raise("TypeError", fmt::format("expected at least {} arguments, got {}", position + 1, positional.size()));
    return positional[position];
}

const IValue* Arguments::keyword(std::string_view name) const {
    for (const auto& [key, value] : keywords) {
        if (key == name) return &value;
    }
    return nullptr;
}

const IValue* Arguments::find(size_t position, std::string_view name) const {
    return position < positional.size() ? &positional[position] : keyword(name);
}

std::string Thing::repr(Session&) { return fmt::format("<{}>", kind()); }

void Thing::set_attribute(Session&, const std::string& name, IValue) {
    raise("AttributeError", fmt::format("'{}' object has no attribute '{}'", kind(), name));
}

IValue Thing::call(Session&, Arguments) { raise("TypeError", fmt::format("'{}' object is not callable", kind())); }

SugaredPtr Thing::compile_time(Session&, Graph&, const SourceRange& range) {
    try {
        fail_as_value(range, fmt::format("python value of type '{}'", kind()));
    } catch (const CompileError& error) {
        throw NotCompilable(error);
    }
}

Thing* thing_of(const IValue& value) { return value.is_capsule() ? dynamic_cast<Thing*>(value.to_capsule()) : nullptr; }

bool holds_thing(const IValue& value) {
    if (value.is_capsule()) return thing_of(value) != nullptr;
    const auto is_container = [](const IValue& v) { return v.is_list() || v.is_tuple() || v.is_dict(); };
    if (!is_container(value)) return false;
    // Containers lie inside each other to any depth, and may contain themselves.
    std::vector<IValue> left{value};
    std::unordered_set<const RefCounted*> seen;
    while (!left.empty()) {
        const IValue next = std::move(left.back());
        left.pop_back();
        if (thing_of(next)) return true;
        if (!is_container(next) || !seen.insert(next.pointer()).second) continue;
        if (next.is_list()) left.insert(left.end(), next.to_list().items.begin(), next.to_list().items.end());
        if (next.is_tuple()) left.insert(left.end(), next.to_tuple().elements.begin(), next.to_tuple().elements.end());
        if (next.is_dict())
            std::ranges::transform(next.to_dict().items(), std::back_inserter(left),
                                   [](const auto& item) { return item.second; });
    }
    return false;
}

}  // namespace wick::jit
