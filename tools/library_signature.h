#pragma once
// Python functions of the library's texts as C++ declares them: what the generators of wick/nn/layers.h and
// wick/nn/functional.h share.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "frontend/ast.h"

namespace wick::jit {

/// The text of an expression, "" for none.
std::string text_of(const ast::Expr* expression);
/// The C++ type for a value of an annotation, "" when there is none.
std::string value_type(std::string_view annotation);
/// A default as C++ source: constants and arithmetic on numbers. Nothing for anything else.
std::optional<std::string> literal(const ast::Expr* value, const std::string& type);
/// How a parameter of this type is passed on.
std::string passed(const std::string& type);
/// An argument's name: one that is a word of C++ gets an underscore, and `lambd`, which Python can't spell, libtorch
/// can.
std::string cpp_name(const std::string& name);
std::string name_of(const ast::Parameter& parameter);

/// An argument in C++.
struct Option {
    std::string python_name;
    std::string name;
    std::string type;
    std::string otherwise;  ///< "" when it is required
};

/// Those of parameters number `first` and on; device, deprecated and private ones are left out. Nothing when a required
/// one has no form in C++.
std::optional<std::vector<Option>> options_of(const ast::FunctionDef* function, size_t first);

/// A class of options, whose constructor has the required ones, or else the first; and what calls for those in place of
/// an object of the class.
struct OptionsText {
    std::string declaration;             ///< of the class <Name>Options
    std::string formal;                  ///< "int64_t in_features, int64_t out_features"
    std::string given;                   ///< "in_features, out_features"
    std::string nothing;                 ///< "int64_t(), int64_t()": for required ones, of a layer that is none
    std::vector<std::string> arguments;  ///< boxed, by position
    std::string keywords;                ///< {"name", boxed(options.name())}, …
};
OptionsText options_text(const std::string& class_name, const std::vector<Option>& options);

/// A class's constructor from sizes in braces, where they are its only positional argument: {8} alone could mean an
/// object of the class, too. "" where there are others.
std::string constructor_of_sizes(const std::string& class_name, const std::string& formal);

}  // namespace wick::jit
