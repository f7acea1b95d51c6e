#pragma once
// Values as TorchScript writes them: the literals of printed graphs and of exported source.

#include <string>
#include <string_view>

#include <wick/support/function_ref.h>
#include <wick/types/ivalue.h>

namespace wick::jit {

/// Appends `text` in double quotes. Quotes, backslashes and the usual control characters are escaped by name, every
/// other byte that is not printable ASCII as three octal digits.
void append_quoted(std::string& out, std::string_view text);

/// "0.5", "2.", "-0.", "1.0000000000000001e-05", "inf": 17 significant digits, and integral values below 1e10 as an
/// integer with a dot.
std::string repr(double value);

/// Appends the literal of a value: `1`, `True`, `"text"`, `annotate(List[int], [])`, `{"a": 1}`, `(1,)`,
/// `__torch__.Mode.FAST`. `special` runs first on the value and on everything inside it; it returns true when it has
/// written the value itself, or false after writing a prefix or nothing. Values without a literal are written as
/// `<Tag>`; containers nested deeper than 100 throw OpError.
void append_repr(std::string& out, const IValue& value, FunctionRef<bool(std::string&, const IValue&)> special);
std::string repr(const IValue& value);

/// A type as printed graphs spell it: Type::str, but futures in brackets ("Future[int]") and named tuples by their
/// fields ("NamedTuple(x : Tensor, n : int = 3)") down to the first Dict or Union.
std::string graph_str(const Type& type);

/// Whether a list or dict display tells its element type by its members. Unions, optionals, numbers, interfaces and Any
/// have to be annotated.
bool inferable_from_members(const Type& element);

}  // namespace wick::jit
