#include "python/errors.h"

#include <string>

#include "ops/op_errors.h"

namespace nb = nanobind;

namespace wick::python {

namespace {

// Live as long as the process: exceptions may leave at any time.
PyObject* g_error;
PyObject* g_op_error;
PyObject* g_index_error;
PyObject* g_lin_alg_error;
PyObject* g_not_implemented_error;
PyObject* g_argument_error;
PyObject* g_value_error;
PyObject* g_compile_error;
PyObject* g_script_error;
PyObject* g_archive_error;
PyObject* g_limit_error;
PyObject* g_internal_error;

PyObject* define(nb::module_& module, const char* name, const char* doc, PyObject* first, PyObject* second = nullptr) {
    const nb::object bases = second ? nb::steal(PyTuple_Pack(2, first, second)) : nb::borrow(first);
    PyObject* type = PyErr_NewExceptionWithDoc(("wick." + std::string(name)).c_str(), doc, bases.ptr(), nullptr);
    if (!type) nb::raise_python_error();
    module.attr(name) = nb::borrow(type);
    return type;
}

void translate(const std::exception_ptr& error, void*) {
    const auto set = [](PyObject* type, const std::exception& e) { PyErr_SetString(type, e.what()); };
    try {
        std::rethrow_exception(error);
    } catch (const IndexError& e) {
        set(g_index_error, e);
    } catch (const LinAlgError& e) {
        set(g_lin_alg_error, e);
    } catch (const NotImplementedError& e) {
        set(g_not_implemented_error, e);
    } catch (const ArgumentValueError& e) {
        set(g_value_error, e);
    } catch (const OpError& e) {
        set(g_op_error, e);
    } catch (const ArgumentError& e) {
        set(g_argument_error, e);
    } catch (const ValueError& e) {
        set(g_value_error, e);
    } catch (const CompileError& e) {
        set(g_compile_error, e);
    } catch (const ScriptError& e) {
        set(g_script_error, e);
    } catch (const ArchiveError& e) {
        set(g_archive_error, e);
    } catch (const LimitError& e) {
        set(g_limit_error, e);
    } catch (const InternalError& e) {
        set(g_internal_error, e);
    } catch (const Error& e) {
        set(g_error, e);
    }
}

}  // namespace

void bind_errors(nb::module_& module) {
    g_error = define(module, "Error", "Base of everything that wick raises.", PyExc_Exception);
    g_op_error = define(module, "OpError", "An operator cannot take its arguments' shapes, dtypes or values.", g_error,
                        PyExc_RuntimeError);
    g_index_error = define(module, "IndexError", "An index outside its range.", g_op_error, PyExc_IndexError);
    g_lin_alg_error =
        define(module, "LinAlgError", "A matrix without the inverse or factors that were asked for.", g_op_error);
    g_not_implemented_error = define(module, "NotImplementedError", "An operator is not there for a dtype.", g_op_error,
                                     PyExc_NotImplementedError);
    g_argument_error =
        define(module, "ArgumentError", "No overload of an operator takes the arguments.", g_error, PyExc_TypeError);
    g_value_error =
        define(module, "ValueError", "Data from which no tensor can be made, or arguments that do not go together.",
               g_error, PyExc_ValueError);
    g_compile_error = define(module, "CompileError", "A program does not compile.", g_error, PyExc_RuntimeError);
    g_script_error =
        define(module, "ScriptError", "A running program raised an exception.", g_error, PyExc_RuntimeError);
    g_archive_error = define(module, "ArchiveError", "A file is damaged, hostile or of an unknown kind.", g_error,
                             PyExc_RuntimeError);
    g_limit_error = define(module, "LimitError", "A limit of memory, instructions or time was reached.", g_error,
                           PyExc_RuntimeError);
    g_internal_error = define(module, "InternalError", "A mistake in wick itself.", g_error, PyExc_RuntimeError);
    nb::register_exception_translator(translate);
    module.def("_raise",
               [](nb::capsule error) { std::rethrow_exception(*static_cast<std::exception_ptr*>(error.data())); });
}

void set_python_error(const std::exception_ptr& error) {
    static nb::object* const raise = new nb::object(nb::module_::import_("wick._wick").attr("_raise"));
    const nb::object capsule = nb::capsule(&error);
    Py_XDECREF(PyObject_CallOneArg(raise->ptr(), capsule.ptr()));
}

}  // namespace wick::python
