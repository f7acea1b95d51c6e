#include "ir/compilation_unit.h"

#include <fmt/format.h>

#include <wick/support/error.h>

namespace wick::jit {

std::string type_name(const Type& type) {
    if (const auto* named = type.cast<ClassType>()) return named->name();
    if (const auto* named = type.cast<InterfaceType>()) return named->name();
    if (const auto* named = type.cast<EnumType>()) return named->name();
    if (const auto* named = type.cast<TupleType>()) return named->name();
    return "";
}

CompilationUnit::~CompilationUnit() {
    for (const IntrusivePtr<Function>& function : functions_) function->clear();
    for (const TypePtr& type : types_) {
        if (const auto* interface = type->cast<InterfaceType>()) const_cast<InterfaceType*>(interface)->clear();
        if (const auto* cls = type->cast<ClassType>()) const_cast<ClassType*>(cls)->forget_attribute_types();
    }
}

Function* CompilationUnit::add_function(IntrusivePtr<Function> function) {
    const auto [place, added] = functions_by_name_.emplace(function->qualified_name(), function.get());
    if (!added) throw CompileError(fmt::format("method '{}' already defined.", function->qualified_name()));
    functions_.push_back(std::move(function));
    return place->second;
}

Function* CompilationUnit::find_function(std::string_view qualified_name) const {
    const auto found = functions_by_name_.find(std::string(qualified_name));
    return found == functions_by_name_.end() ? nullptr : found->second;
}

void CompilationUnit::add_type(TypePtr type) {
    std::string name = type_name(*type);
    if (!types_by_name_.emplace(name, type).second) {
        throw CompileError(fmt::format("class '{}' already defined.", name));
    }
    types_.push_back(std::move(type));
}

TypePtr CompilationUnit::find_type(std::string_view qualified_name) const {
    const auto found = types_by_name_.find(std::string(qualified_name));
    return found == types_by_name_.end() ? nullptr : found->second;
}

void CompilationUnit::define_all() {
    // Compiling one function may add others.
    for (size_t i = 0; i < functions_.size(); ++i) functions_[i]->ensure_defined();
}

std::string CompilationUnit::mangle(std::string_view qualified_name) {
    const size_t dot = qualified_name.rfind('.');
    const std::string_view prefix = dot == qualified_name.npos ? "" : qualified_name.substr(0, dot + 1);
    const std::string_view name = dot == qualified_name.npos ? qualified_name : qualified_name.substr(dot + 1);
    std::string candidate;
    do {
        candidate = fmt::format("{}___torch_mangle_{}.{}", prefix, next_mangle_++, name);
    } while (types_by_name_.contains(candidate) || functions_by_name_.contains(candidate));
    return candidate;
}

}  // namespace wick::jit
