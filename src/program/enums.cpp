// Enums and flags.

#include <algorithm>
#include <bit>
#include <fmt/format.h>

#include "program/classes.h"
#include "program/session.h"

namespace wick::jit {

bool ClassThing::is_flag() {
    return std::ranges::any_of(lineage(), [](ClassThing* type) { return !type->def_ && type->name_ == "Flag"; });
}

IValue ClassThing::next_value(const std::string& member) {
    int64_t last = 0;
    for (const std::string& name : names_->names()) {
        const IValue& value = *names_->find(name);
        if (!value.is_int()) continue;
        last = is_flag() ? std::max(last, value.to_int()) : value.to_int();
    }
    const uint64_t next = static_cast<uint64_t>(last) + 1;
    const auto value = static_cast<int64_t>(is_flag() ? std::bit_ceil(next) : next);
    if (value < last)
        throw CompileError(def_->name_range,
                           fmt::format("auto() of '{}' does not fit in a signed 64 bit integer", member));
    return IValue(value);
}

void ClassThing::define_enum(Session& session) {
    std::vector<std::pair<std::string, IValue>> members;
    TypePtr value_type;
    const bool has_flags = is_flag();
    const std::vector<std::string> names = names_->names();
    for (const std::string& name : names) {
        const IValue value = *names_->find(name);
        if (name.starts_with("__") || thing_of(value)) continue;
        if (has_flags && value.is_int() && !std::has_single_bit(static_cast<uint64_t>(value.to_int()))) {
            names_->erase(name);
            continue;
        }
        const TypePtr type = value.type();
        if (value_type && !value_type->equals(*type))
            throw CompileError(def_->name_range,
                               fmt::format("Could not unify type list since element 1 of type {} did not match the "
                                           "types before it ({})",
                                           type->annotation_str(), value_type->annotation_str()));
        if (!value.is_int() && !value.is_double() && !value.is_string()) {
            throw CompileError(
                def_->name_range,
                fmt::format("Cannot create Enum with value type '{}', only int, float and string are supported",
                            type->contained().empty() ? type->annotation_str() : "Any"));
        }
        value_type = type;
        members.emplace_back(name, value);
    }
    if (members.empty()) return;
    type_ = make_intrusive<EnumType>(session.unique_name(qualified_name_), value_type, std::move(members));
    session.unit()->add_type(type_);
}

}  // namespace wick::jit
