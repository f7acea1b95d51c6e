#include "python/overrides.h"

#include <algorithm>
#include <cstddef>
#include <fmt/format.h>
#include <nanobind/stl/string.h>
#include <structmember.h>
#include <utility>
#include <vector>

#include "python/bindings.h"
#include "python/convert.h"
#include "python/errors.h"
#include "support/thread_value.h"

namespace nb = nanobind;

namespace wick::python {

bool g_overrides = false;

namespace {

/// Of this thread. Modes are held while they are in here.
struct Takers {
    std::vector<PyObject*> modes;
    bool no_types = false;
    bool nobody = false;
};
thread_local ThreadValue<Takers> t_takers;

/// A value for the lifetime of the guard.
class With {
 public:
    explicit With(bool& flag, bool on = true) : flag_(flag), saved_(std::exchange(flag, on)) {}
    ~With() { flag_ = saved_; }
    With(const With&) = delete;
    With& operator=(const With&) = delete;

 private:
    bool& flag_;
    const bool saved_;
};

PyTypeObject* tensor_type() {
    static auto* const type = reinterpret_cast<PyTypeObject*>(nb::type<Tensor>().ptr());
    return type;
}

/// What the type has under "__torch_function__"; null when it has nothing. Borrowed.
PyObject* torch_function_of(PyTypeObject* type) {
    static PyObject* const name = PyUnicode_InternFromString("__torch_function__");
    return _PyType_Lookup(type, name);
}

/// In the place of __torch_function__: the type takes nothing over (torch._C._disabled_torch_function_impl).
PyObject* g_disabled = nullptr;

bool takes_over(PyTypeObject* type) {
    constexpr PyTypeObject* kPlain[] = {&PyLong_Type, &PyFloat_Type, &PyBool_Type, &PyUnicode_Type, &PyType_Type};
    if (type == tensor_type() || std::ranges::find(kPlain, type) != std::end(kPlain)) return false;
    PyObject* const function = torch_function_of(type);
    return function && function != g_disabled;
}

/// Adds the argument, or what is in a list or tuple, where it is the first of a type that takes over; those of derived
/// types go before.
void collect(PyObject* argument, std::vector<PyObject*>& takers) {
    if (PyList_Check(argument) || PyTuple_Check(argument)) {
        const Nesting nesting;
        PyObject* const* const items = PySequence_Fast_ITEMS(argument);
        for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(argument); ++i) collect(items[i], takers);
        return;
    }
    PyTypeObject* const type = Py_TYPE(argument);
    if (!takes_over(type)) return;
    if (std::ranges::any_of(takers, [&](PyObject* other) { return Py_TYPE(other) == type; })) return;
    takers.insert(std::ranges::find_if(takers, [&](PyObject* other) { return PyType_IsSubtype(type, Py_TYPE(other)); }),
                  argument);
}

nb::object of_type(nb::handle type, const Tensor& tensor) {
    nb::object made = nb::inst_alloc(type);
    new (nb::inst_ptr<Tensor>(made)) Tensor(tensor);
    nb::inst_mark_ready(made);
    return made;
}

void check_class(nb::handle type) {
    if (!PyType_Check(type.ptr()) || !PyType_IsSubtype(reinterpret_cast<PyTypeObject*>(type.ptr()), tensor_type()))
        throw ArgumentError(fmt::format("cls must be a type derived from Tensor (got {})", nb::repr(type).c_str()));
}

/// A result of a function with the tensors in it as objects of the class.
nb::object converted(nb::object result, nb::handle type) {
    if (is_tensor(result.ptr()))
        return PyObject_IsInstance(result.ptr(), type.ptr()) == 1 ? result : of_type(type, tensor_in(result.ptr()));
    if (!PyTuple_Check(result.ptr()) && !PyList_Check(result.ptr())) return result;
    nb::list items;
    for (nb::handle item : result) items.append(converted(nb::borrow(item), type));
    if (PyList_CheckExact(result.ptr())) return items;
    if (PyTuple_CheckExact(result.ptr())) return nb::tuple(items);
    return nb::hasattr(result, "_make") ? result.attr("_make")(items) : result.type()(items);
}

bool keeps_class(PyObject* function);

/// Tensor.__torch_function__: the call as if there were no subclasses, whose results are of the class.
nb::object default_torch_function(nb::handle type, nb::handle function, nb::handle types, nb::handle arguments,
                                  nb::handle named) {
    for (nb::handle other : types) {
        const int derived = PyObject_IsSubclass(type.ptr(), other.ptr());
        if (derived < 0) nb::raise_python_error();
        if (derived == 0) return nb::borrow(Py_NotImplemented);
    }
    nb::object result;
    {
        const With none(t_takers->no_types);
        PyObject* const keywords = named.is_none() || PyDict_GET_SIZE(named.ptr()) == 0 ? nullptr : named.ptr();
        result = nb::steal(PyObject_Call(function.ptr(), arguments.ptr(), keywords));
    }
    if (!result.is_valid()) nb::raise_python_error();
    return keeps_class(function.ptr()) ? converted(std::move(result), type) : result;
}

nb::object raw_default() {
    static nb::object* const raw = new nb::object(nb::borrow(torch_function_of(tensor_type())));
    return *raw;
}

/// Calls the topmost mode, which does not see what it calls itself.
nb::object call_mode(nb::handle function, nb::handle types, nb::handle arguments, nb::handle named) {
    struct Without {
        PyObject* const top = t_takers->modes.back();
        Without() { t_takers->modes.pop_back(); }
        ~Without() { t_takers->modes.push_back(top); }
    } const without;
    return nb::borrow(without.top).attr("__torch_function__")(function, types, arguments, named);
}

std::string name_of_function(nb::handle function) {
    return nb::hasattr(function, "__name__") ? nb::str(function.attr("__name__")).c_str() : nb::repr(function).c_str();
}

/// Someone takes the call over.
nb::object call_takers(nb::handle function, const std::vector<PyObject*>& takers, PyObject* const* arguments,
                       size_t count, PyObject* keywords) {
    nb::list positional, all_types;
    nb::dict named;
    for (size_t i = 0; i < count; ++i) positional.append(nb::borrow(arguments[i]));
    for (size_t i = 0; keywords && i < static_cast<size_t>(PyTuple_GET_SIZE(keywords)); ++i)
        named[nb::borrow(PyTuple_GET_ITEM(keywords, i))] = nb::borrow(arguments[count + i]);
    for (PyObject* taker : takers) all_types.append(nb::handle(taker).type());
    const nb::tuple given(positional), types(all_types);
    if (!t_takers->modes.empty()) {
        nb::object result = call_mode(function, types, given, named);
        if (!result.is(nb::handle(Py_NotImplemented))) return result;
    }
    for (PyObject* taker : takers) {
        const bool usual = torch_function_of(Py_TYPE(taker)) == raw_default().ptr();
        const nb::object type = nb::borrow(reinterpret_cast<PyObject*>(Py_TYPE(taker)));
        nb::object result = usual ? default_torch_function(type, function, types, given, named)
                                  : nb::borrow(taker).attr("__torch_function__")(function, types, given, named);
        if (!result.is(nb::handle(Py_NotImplemented))) return result;
    }
    std::string who;
    for (PyObject* taker : takers)
        who += fmt::format("\n\n  - {} {}", is_tensor(taker) ? "tensor subclass" : "non-tensor type",
                           nb::repr(nb::handle(taker).type()).c_str());
    throw ArgumentError(fmt::format(
        "Multiple dispatch failed for 'torch.{}'; all __torch_function__ handlers returned NotImplemented:{}",
        name_of_function(function), who));
}

// Tensor's own methods and attributes -------------------------------------------------------------------------------

/// A method of Tensor that asks who takes it over. Once there may be somebody, it stands in Tensor for the method,
/// which it is equal to.
struct TensorMethod {
    PyObject_HEAD vectorcallfunc vectorcall;
    PyObject* method;
};
/// The same for an attribute. `__get__` of it is what is taken over.
struct TensorAttribute {
    PyObject_HEAD PyObject* attribute;
    bool keeps_class;
};

PyObject* method_vectorcall(PyObject* self, PyObject* const* arguments, size_t flags, PyObject* keywords) {
    return guarded([&]() -> PyObject* {
        nb::object result = call_override(self, arguments, PyVectorcall_NARGS(flags), keywords);
        if (result.is_valid()) return result.release().ptr();
        return PyObject_Vectorcall(reinterpret_cast<TensorMethod*>(self)->method, arguments, flags, keywords);
    });
}

PyObject* method_get(PyObject* self, PyObject* object, PyObject*) {
    return object && object != Py_None ? PyMethod_New(self, object) : Py_NewRef(self);
}

PyObject* method_attribute(PyObject* self, PyObject* name) {
    PyObject* const own = PyObject_GenericGetAttr(self, name);
    if (own || !PyErr_ExceptionMatches(PyExc_AttributeError)) return own;
    PyErr_Clear();
    return PyObject_GetAttr(reinterpret_cast<TensorMethod*>(self)->method, name);
}

PyTypeObject* method_type();

PyObject* method_compare(PyObject* self, PyObject* other, int comparison) {
    if (Py_TYPE(other) == method_type()) other = reinterpret_cast<TensorMethod*>(other)->method;
    return PyObject_RichCompare(reinterpret_cast<TensorMethod*>(self)->method, other, comparison);
}
Py_hash_t method_hash(PyObject* self) { return PyObject_Hash(reinterpret_cast<TensorMethod*>(self)->method); }
PyObject* method_repr(PyObject* self) { return PyObject_Repr(reinterpret_cast<TensorMethod*>(self)->method); }

/// Both keep what they stand for as their first field behind the head and the call.
template <class T, PyObject* T::*field>
void drop(PyObject* self) {
    PyTypeObject* const type = Py_TYPE(self);
    Py_CLEAR(reinterpret_cast<T*>(self)->*field);
    type->tp_free(self);
    Py_DECREF(type);
}

PyTypeObject* make_type(PyType_Spec spec) {
    auto* const type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
    if (!type) nb::raise_python_error();
    return type;
}

PyTypeObject* method_type() {
    static PyMemberDef members[] = {
        {"__vectorcalloffset__", T_PYSSIZET, offsetof(TensorMethod, vectorcall), READONLY, nullptr},
        {"__wrapped__", T_OBJECT_EX, offsetof(TensorMethod, method), READONLY, nullptr},
        {nullptr, 0, 0, 0, nullptr}};
    static PyType_Slot slots[] = {{Py_tp_call, reinterpret_cast<void*>(PyVectorcall_Call)},
                                  {Py_tp_descr_get, reinterpret_cast<void*>(method_get)},
                                  {Py_tp_getattro, reinterpret_cast<void*>(method_attribute)},
                                  {Py_tp_richcompare, reinterpret_cast<void*>(method_compare)},
                                  {Py_tp_hash, reinterpret_cast<void*>(method_hash)},
                                  {Py_tp_repr, reinterpret_cast<void*>(method_repr)},
                                  {Py_tp_dealloc, reinterpret_cast<void*>(drop<TensorMethod, &TensorMethod::method>)},
                                  {Py_tp_members, members},
                                  {0, nullptr}};
    static auto* const type =
        make_type({"wick.TensorMethod", sizeof(TensorMethod), 0,
                   Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_METHOD_DESCRIPTOR, slots});
    return type;
}

PyObject* attribute_get(PyObject* self, PyObject* object, PyObject* type) {
    if (!object || object == Py_None) return Py_NewRef(self);
    PyObject* const own = reinterpret_cast<TensorAttribute*>(self)->attribute;
    const bool may_be_taken = Py_TYPE(object) != tensor_type() || !t_takers->modes.empty();
    return guarded([&]() -> PyObject* {
        if (may_be_taken) {
            nb::object result = call_override(nb::handle(self).attr("__get__").ptr(), &object, 1, nullptr);
            if (result.is_valid()) return result.release().ptr();
        }
        return Py_TYPE(own)->tp_descr_get(own, object, type);
    });
}

int attribute_set(PyObject* self, PyObject* object, PyObject* value) {
    PyObject* const own = reinterpret_cast<TensorAttribute*>(self)->attribute;
    if (value) {
        PyObject* const arguments[] = {object, value};
        const nb::object done = nb::steal(guarded([&]() -> PyObject* {
            nb::object result = call_override(nb::handle(self).attr("__set__").ptr(), arguments, 2, nullptr);
            return result.is_valid() ? result.release().ptr() : Py_NewRef(Py_NotImplemented);
        }));
        if (!done.is_valid()) return -1;
        if (!done.is(nb::handle(Py_NotImplemented))) return 0;
    }
    return Py_TYPE(own)->tp_descr_set(own, object, value);
}

PyTypeObject* attribute_type() {
    static PyMemberDef members[] = {{"fget", T_OBJECT_EX, offsetof(TensorAttribute, attribute), READONLY, nullptr},
                                    {nullptr, 0, 0, 0, nullptr}};
    static PyType_Slot slots[] = {
        {Py_tp_descr_get, reinterpret_cast<void*>(attribute_get)},
        {Py_tp_descr_set, reinterpret_cast<void*>(attribute_set)},
        {Py_tp_dealloc, reinterpret_cast<void*>(drop<TensorAttribute, &TensorAttribute::attribute>)},
        {Py_tp_members, members},
        {0, nullptr}};
    static auto* const type =
        make_type({"wick.TensorAttribute", sizeof(TensorAttribute), 0, Py_TPFLAGS_DEFAULT, slots});
    return type;
}

/// Whether what a function gives becomes an object of the class that was given to it: gradients don't.
bool keeps_class(PyObject* function) {
    if (PyCFunction_Check(function)) return true;
    static PyTypeObject* const wrapper = Py_TYPE(
        nb::object(nb::handle(reinterpret_cast<PyObject*>(&PyLong_Type)).attr("__repr__").attr("__get__")).ptr());
    if (Py_TYPE(function) != wrapper) return true;
    const nb::object owner = nb::borrow(function).attr("__self__");
    return Py_TYPE(owner.ptr()) != attribute_type() || reinterpret_cast<TensorAttribute*>(owner.ptr())->keeps_class;
}

nb::object as_method(nb::handle method) {
    nb::object made = nb::steal(method_type()->tp_alloc(method_type(), 0));
    auto* const self = reinterpret_cast<TensorMethod*>(made.ptr());
    self->vectorcall = method_vectorcall;
    self->method = nb::borrow(method).release().ptr();
    return made;
}

nb::object as_attribute(nb::handle attribute, bool keeps_class) {
    nb::object made = nb::steal(attribute_type()->tp_alloc(attribute_type(), 0));
    auto* const self = reinterpret_cast<TensorAttribute*>(made.ptr());
    self->attribute = nb::borrow(attribute).release().ptr();
    self->keeps_class = keeps_class;
    return made;
}

// Classes whose instances may be tensors of other classes -------------------------------------------------------------

/// Classes derived from Tensor, and the attribute that marks tensors of other classes as instances of one: a Parameter
/// is of the class of its data. isinstance asks the type of all types of the extension.
std::vector<std::pair<PyObject*, PyObject*>>& marked_classes() {
    static auto* const classes = new std::vector<std::pair<PyObject*, PyObject*>>;
    return *classes;
}

PyObject* is_instance(PyObject* type, PyObject* object) {
    if (PyType_IsSubtype(Py_TYPE(object), reinterpret_cast<PyTypeObject*>(type))) Py_RETURN_TRUE;
    for (const auto& [marked, mark] : marked_classes()) {
        if (marked != type || !is_tensor(object)) continue;
        PyObject* const attributes = *_PyObject_GetDictPtr(object);
        const int found = attributes ? PyDict_Contains(attributes, mark) : 0;
        return found < 0 ? nullptr : PyBool_FromLong(found);
    }
    static PyObject* const usual =
        PyObject_GetAttrString(reinterpret_cast<PyObject*>(&PyType_Type), "__instancecheck__");
    return PyObject_CallFunctionObjArgs(usual, type, object, nullptr);
}

void mark_class(nb::handle type, nb::str mark) {
    static PyMethodDef method = {"__instancecheck__", is_instance, METH_O, nullptr};
    if (marked_classes().empty()) {
        auto* const metaclass = Py_TYPE(reinterpret_cast<PyObject*>(tensor_type()));
        const nb::object check = nb::steal(PyDescr_NewMethod(metaclass, &method));
        // The type is closed to assignments.
        if (PyDict_SetItemString(metaclass->tp_dict, method.ml_name, check.ptr()) < 0) nb::raise_python_error();
        PyType_Modified(metaclass);
    }
    marked_classes().emplace_back(nb::borrow(type).release().ptr(), mark.release().ptr());
}

PyObject* make_tensor(PyTypeObject* type, PyObject* arguments, PyObject* keywords) {
    return guarded([&]() -> PyObject* {
        if (PyTuple_GET_SIZE(arguments) == 1 && is_tensor(PyTuple_GET_ITEM(arguments, 0)) && !keywords) {
            const Tensor& other = tensor_in(PyTuple_GET_ITEM(arguments, 0));
            const Tensor own = other.detach().set_requires_grad(other.requires_grad());
            return of_type(reinterpret_cast<PyObject*>(type), own).release().ptr();
        }
        static nb::object* const make = new nb::object(nb::module_::import_("wick._legacy").attr("make"));
        const nb::object made = nb::steal(PyObject_Call(make->ptr(), arguments, keywords));
        if (!made.is_valid()) nb::raise_python_error();
        if (type == tensor_type()) return nb::object(made).release().ptr();
        return of_type(reinterpret_cast<PyObject*>(type), tensor_in(made.ptr())).release().ptr();
    });
}

/// Nothing is left to do; a class that makes its objects itself gives no arguments on.
int init_tensor(PyObject* self, PyObject* arguments, PyObject*) {
    if (PyTuple_GET_SIZE(arguments) == 0 || Py_TYPE(self)->tp_init == init_tensor) return 0;
    PyErr_SetString(PyExc_TypeError, "object.__init__() takes exactly one argument (the instance to initialize)");
    return -1;
}

}  // namespace

nb::object call_override(PyObject* function, PyObject* const* arguments, size_t count, PyObject* keywords) {
    if (t_takers->nobody || (t_takers->no_types && t_takers->modes.empty())) return {};
    std::vector<PyObject*> takers;
    const size_t all = count + (keywords ? PyTuple_GET_SIZE(keywords) : 0);
    for (size_t i = 0; i < all && !t_takers->no_types; ++i) collect(arguments[i], takers);
    if (takers.empty() && t_takers->modes.empty()) return {};
    return call_takers(function, takers, arguments, count, keywords);
}

nb::object call_override(const char* method, PyObject* const* arguments, size_t count) {
    if (t_takers->nobody || (t_takers->no_types && t_takers->modes.empty())) return {};
    if (t_takers->modes.empty() &&
        std::none_of(arguments, arguments + count, [](PyObject* one) { return takes_over(Py_TYPE(one)); }))
        return {};
    return call_override(nb::type<Tensor>().attr(method).ptr(), arguments, count, nullptr);
}

const PyType_Slot kTensorMaking[] = {{Py_tp_new, reinterpret_cast<void*>(&make_tensor)},
                                     {Py_tp_init, reinterpret_cast<void*>(&init_tensor)},
                                     {0, nullptr}};

void bind_overrides(nb::module_& module) {
    module.def(
        "_disabled_torch_function_impl",
        [](nb::object function, nb::handle, nb::args given, nb::kwargs named) {
            const With none(t_takers->no_types);
            const nb::tuple arguments = nb::len(given) > 0 ? nb::tuple(nb::object(given[0])) : nb::tuple();
            const nb::dict keywords =
                nb::len(given) > 1 && !given[1].is_none() ? nb::borrow<nb::dict>(given[1]) : nb::dict();
            return function(*arguments, **keywords);
        },
        "As __torch_function__ of a class: it takes nothing over.");
    g_disabled = nb::object(module.attr("_disabled_torch_function_impl")).release().ptr();
    module.def("_default_torch_function", &default_torch_function, nb::arg("cls"), nb::arg("func"), nb::arg("types"),
               nb::arg("args"), nb::arg("kwargs").none());
    module.def("_may_override", [] { return g_overrides; });
    module.def("_set_may_override", [] { g_overrides = true; });
    module.def("_is_disabled_override", [](nb::type_object type) {
        PyObject* const function = torch_function_of(reinterpret_cast<PyTypeObject*>(type.ptr()));
        return !function || function == g_disabled;
    });
    module.def("_mark_class", &mark_class, nb::arg("cls"), nb::arg("attribute"),
               "Tensors with the attribute are instances of the class.");
    module.def("_overriding_method", &as_method, nb::arg("method"));
    module.def("_overriding_attribute", &as_attribute, nb::arg("attribute"), nb::arg("keeps_class"));
    module.def(
        "_has_override",
        [](nb::handle arguments) {
            if (t_takers->nobody) return false;
            if (!t_takers->modes.empty()) return true;
            std::vector<PyObject*> takers;
            if (!t_takers->no_types) collect(arguments.ptr(), takers);
            return !takers.empty();
        },
        nb::arg("args"), "Whether a mode or one of the objects may take a function over.");
    module.def(
        "_call_override",
        [](nb::object function, nb::tuple relevant, nb::tuple arguments, nb::dict named) -> nb::object {
            std::vector<PyObject*> takers, values;
            if (!t_takers->no_types) collect(relevant.ptr(), takers);
            nb::list names;
            for (nb::handle one : arguments) values.push_back(one.ptr());
            for (auto [name, value] : named) {
                names.append(name);
                values.push_back(value.ptr());
            }
            return call_takers(function, takers, values.data(), nb::len(arguments), nb::tuple(names).ptr());
        },
        nb::arg("func"), nb::arg("relevant_args"), nb::arg("args"), nb::arg("kwargs"));
    module.def("_push_function_mode", [](nb::object mode) {
        g_overrides = true;
        t_takers->modes.push_back(mode.release().ptr());
    });
    module.def("_pop_function_mode", []() -> nb::object {
        if (t_takers->modes.empty()) throw OpError("no mode takes functions over");
        nb::object mode = nb::steal(t_takers->modes.back());
        t_takers->modes.pop_back();
        return mode;
    });
    module.def("_function_modes", [] {
        nb::list modes;
        for (PyObject* mode : t_takers->modes) modes.append(nb::borrow(mode));
        return modes;
    });
    module.def(
        "_set_overrides_off",
        [](bool types, bool all) {
            return nb::make_tuple(std::exchange(t_takers->no_types, types), std::exchange(t_takers->nobody, all));
        },
        nb::arg("types"), nb::arg("all"), "Gives what was set before.");
    module.def("_overrides_off", [] { return nb::make_tuple(t_takers->no_types, t_takers->nobody); });
    module.def(
        "_as_class",
        [](const Tensor& tensor, nb::handle type) {
            check_class(type);
            return of_type(type, tensor);
        },
        nb::arg("tensor"), nb::arg("cls"), "The tensor as an object of a class that derives from Tensor.");
    module.def(
        "_make_subclass",
        [](nb::handle type, const Tensor& data, bool requires_grad) {
            check_class(type);
            return of_type(type, data.detach().set_requires_grad(requires_grad));
        },
        nb::arg("cls"), nb::arg("data"), nb::arg("require_grad") = false);
}

}  // namespace wick::python
