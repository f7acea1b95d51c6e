#pragma once
// Operators as C++ declares them: what the generators of wick/ops/functions.h and wick/ops/tensor_methods.h share.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ops/registry.h"

namespace wick::jit {

/// How a C++ function takes an argument: its type there, and the expression that becomes the operator's argument.
struct Parameter {
    std::string type;
    std::string name;
    std::string value;
    std::optional<std::string> otherwise;
};

struct Signature {
    const Operator* op = nullptr;
    std::string name;  ///< "add", "add_", "add_out"
    std::string result;
    std::vector<Parameter> parameters;
    /// The operator's arguments, one by one, in the schema's order.
    std::vector<std::string> values;
    /// A factory's: the tensor that it makes wants gradients where `options` say so.
    bool makes_by_options = false;
    /// The tensor that the operator is a method of, if it is one.
    std::optional<size_t> self;

    /// "const Tensor& self, int64_t dim = 0", without the parameter number `but`.
    std::string formal(bool with_defaults, std::optional<size_t> but = {}) const;
    /// Statements that look the operator up once, and the call of it, in which `self` stands for the argument of that
    /// name.
    std::string lookup() const;
    std::string call(std::string_view self) const;
};

/// Whether functions take a generator where the schema has one, or draw from the default one.
enum class Generators : uint8_t { given, left_out };

/// All of aten that C++ can call, by name. Left out are operators on lists, dicts and type variables, and what C++
/// cannot tell apart from an overload before it; where that helps, an overload loses defaults.
std::vector<Signature> operator_signatures(Generators generators);

}  // namespace wick::jit
