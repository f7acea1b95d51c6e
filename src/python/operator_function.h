#pragma once
// Operators as Python's callables: `wick.add`, `Tensor.add`, and what `+` does.

#include <nanobind/nanobind.h>
#include <string>
#include <vector>

namespace wick::python {

/// How an operation stands in the text that the front end compiles (program/operation.h). {0} and {1} are operands.
enum class Form {
    function,    ///< "torch.NAME(a0, a1, key=a2)"
    method,      ///< "a0.NAME(a1, key=a2)": bound to a tensor when it is looked up on one
    expression,  ///< NAME is the text itself, "{0} + {1}"; what has no form as a value gives NotImplemented
};

/// A callable of that name. The overload is chosen once for each combination of argument types and kept. Calls release
/// the interpreter lock, but for those that are over before it could change hands. Where a result is one of the
/// arguments (x.add_(1), out=), it is that Python object.
nanobind::object make_operator(Form form, const std::string& name, const std::string& python_name);

/// Whether there is an operator of that name ("add", "linalg_norm").
bool has_operator(const std::string& name);

/// The arithmetic of Tensor, as slots of its type.
std::vector<PyType_Slot> arithmetic_slots();

/// The module's `operator(name)` and what else the package is made from; the methods of Tensor.
void bind_operators(nanobind::module_& module);
void bind_tensor_operators(nanobind::object tensor);

}  // namespace wick::python
