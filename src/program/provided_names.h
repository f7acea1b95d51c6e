#pragma once
// What the evaluator itself provides of torch, math, typing and their like.

#include <span>
#include <string>
#include <string_view>

#include "frontend/operator_values.h"
#include "program/builtin_thing.h"

namespace wick::jit {

/// A name of a module's that the evaluator itself provides.
struct ProvidedName {
    std::string_view module;
    std::string_view name;
    BuiltinThing::Call call;
    BuiltinThing::CompileTime compile_time = nullptr;
    TypeKind type = TypeKind::Any;  ///< of those that are types too
};

std::span<const ProvidedName> torch_names();
std::span<const ProvidedName> jit_names();
std::span<const ProvidedName> python_names();
std::span<const ProvidedName> saving_names();

/// What is provided under "torch.jit.script", "math.pi", …; false when nothing.
bool find_provided_name(Session& session, const std::string& module, const std::string& name, IValue& out);
/// The names of `typing` for annotations.
std::span<const std::string_view> type_constructor_names();
/// A function of Python's math that no operator is; false when it is none.
bool find_math_function(std::string_view name, IValue& out);

// For rows of names that say nothing here.
IValue first_argument(Session& session, Arguments& arguments);
IValue second_argument(Session& session, Arguments& arguments);

/// What the operator of that name is in compiled code.
template <FixedText name>
SugaredPtr operator_named() {
    return std::make_shared<BuiltinFunction>(Symbol::from(name.text), std::nullopt);
}

}  // namespace wick::jit
