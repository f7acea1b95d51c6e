#pragma once
// Values as text, in PyTorch's two forms.

#include <string>

#include <wick/types/ivalue.h>

namespace wick::jit {

/// What a TorchScript program prints and str() gives: C++ PyTorch's form. Strings stand bare, 1.0 is "1.", tensors end
/// in "[ CPUFloatType{2,3} ]".
std::string script_str(const IValue& value);

/// What Python's print() shows of the same value: str(tensor) by the rules of torch/_tensor_str.py, repr of what stands
/// inside containers.
std::string python_str(const IValue& value);
/// Python's repr(): as above, but a string is quoted.
std::string python_repr(const IValue& value);

/// "tensor([[1., 2.]])" as the process's print options say (wick/ops/print_options.h). `indent` columns stand before
/// the first line; `name` is what stands before the bracket.
std::string tensor_repr(const Tensor& tensor, int indent = 0, std::string_view name = "tensor");

/// Python's repr of a float: the shortest text that reads back as the same number ("1.0", "1e-05", "inf").
std::string float_repr(double value);
/// "'it'", with Python's choice of quotes and escapes.
std::string string_repr(std::string_view text);

}  // namespace wick::jit
