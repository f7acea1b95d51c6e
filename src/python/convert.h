#pragma once
// Python's objects and wick's values.
//
//   Tensor, bool, int, float, complex, str, None, device    themselves
//   dtype                                                   its number, as programs have it
//   list, dict                                              copied; of the type of what is in them, else of Any
//   tuple, Size                                             a tuple; what an operator is called with: a list where its
//                                                           elements have one type
//   ScriptModule, ScriptObject, Generator                   the same object
//   what has __index__ or __float__ (NumPy's numbers)       an int or a float

#include <memory>
#include <nanobind/nanobind.h>

#include <wick/tensor/generator.h>
#include <wick/types/ivalue.h>

namespace wick::jit {
class CompilationUnit;
}

namespace wick::python {

using Unit = std::shared_ptr<jit::CompilationUnit>;

/// dtype as Python sees it; there is one object per dtype.
struct DTypeObject {
    DType dtype;
};

/// A source of random numbers as Python holds it.
struct GeneratorObject {
    IntrusivePtr<GeneratorImpl> generator;
};

/// Python's own limit of nested containers, some of which contain themselves.
class Nesting {
 public:
    Nesting() {
        if (Py_EnterRecursiveCall(" while a value is converted")) nanobind::raise_python_error();
    }
    ~Nesting() { Py_LeaveRecursiveCall(); }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;
};

enum class Tuples { as_tuples, as_lists };

/// Throws ArgumentError for an object without a form as a value.
IValue to_ivalue(PyObject* object, Tuples tuples = Tuples::as_tuples);
/// `unit`: the program that the value is of, which its objects keep alive.
nanobind::object to_python(const IValue& value, const Unit& unit = {});
/// The results of the operator: where they have names, an object of a class of its name.
nanobind::object results_to_python(const TupleObject& results, const std::string& name);
nanobind::object to_python(Tensor tensor);
nanobind::object to_python(DType dtype);
/// A wick.Size.
nanobind::object size_to_python(IntArrayRef sizes);

bool is_tensor(PyObject* object);
/// A dtype, or a type of Python's that stands for one: float for float64, int for int64, bool, complex for complex128.
bool is_dtype(PyObject* object);
/// The tensor in an object for which is_tensor holds.
Tensor& tensor_in(PyObject* object);

/// The types of values, dtype and device.
void bind_values(nanobind::module_& module);
/// What to_python makes of objects of programs: script.cpp tells.
nanobind::object script_object_to_python(const IValue& value, const Unit& unit);
bool script_object_from_python(PyObject* object, IValue& out);

}  // namespace wick::python
