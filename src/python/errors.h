#pragma once
// wick's errors as Python exceptions. Each derives from wick.Error and from the class that PyTorch's users expect:
//
//   OpError, CompileError, ScriptError, ArchiveError, LimitError, InternalError   RuntimeError
//   IndexError (an OpError)                                                         IndexError
//   NotImplementedError (an OpError): a dtype that an operator does not have   NotImplementedError
//   ArgumentError: no overload of an operator takes the arguments                    TypeError
//   ValueError: data from which no tensor can be made, and C++'s ArgumentValueError  ValueError

#include <exception>
#include <nanobind/nanobind.h>

#include <wick/support/error.h>

namespace wick::python {

/// The arguments of a call fit no overload, or have no form as values of a program.
class ArgumentError : public Error {
 public:
    using Error::Error;
};

/// Data from which no tensor can be made.
class ValueError : public Error {
 public:
    using Error::Error;
};

void bind_errors(nanobind::module_& module);

/// Makes the exception Python's current one, as nanobind does for the functions that it calls.
void set_python_error(const std::exception_ptr& error);

/// What `body` returns, an object, for functions that Python calls without nanobind in between; null with Python's
/// error set where it throws.
template <class Body>
PyObject* guarded(const Body& body) {
    try {
        return body();
    } catch (nanobind::python_error& e) {
        e.restore();
    } catch (...) {
        set_python_error(std::current_exception());
    }
    return nullptr;
}

}  // namespace wick::python
