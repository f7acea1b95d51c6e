#include "program/thing.h"

#include <algorithm>
#include <fmt/format.h>

#include "program/session.h"

namespace wick::jit {

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
    throw NotCompilable(range, fmt::format("python value of type '{}' cannot be used as a value", kind()));
}

Thing* thing_of(const IValue& value) {
    return value.is_capsule() ? dynamic_cast<Thing*>(value.to_capsule()) : nullptr;
}

bool holds_thing(const IValue& value) {
    if (value.is_capsule()) return thing_of(value) != nullptr;
    if (value.is_list()) return std::ranges::any_of(value.to_list().items, holds_thing);
    if (value.is_tuple()) return std::ranges::any_of(value.to_tuple().elements, holds_thing);
    if (value.is_dict()) return std::ranges::any_of(value.to_dict().items(), [](const auto& item) { return holds_thing(item.second); });
    return false;
}

}  // namespace wick::jit
