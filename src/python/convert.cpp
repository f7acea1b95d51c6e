#include "python/convert.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <nanobind/stl/string.h>
#include <string>
#include <unordered_map>

#include <wick/tensor/default_dtype.h>

#include "python/errors.h"

namespace nb = nanobind;

namespace wick::python {

namespace {

std::array<nb::object*, 16> g_dtypes;

PyTypeObject* tensor_type() {
    static PyTypeObject* const type = reinterpret_cast<PyTypeObject*>(nb::type<Tensor>().ptr());
    return type;
}

/// Ints among floats become floats, as Python's numbers mix.
void mix_numbers(std::vector<IValue>& values) {
    const bool all_numbers = std::ranges::all_of(values, [](const IValue& v) { return v.is_int() || v.is_double(); });
    if (!all_numbers || std::ranges::none_of(values, &IValue::is_double)) return;
    for (IValue& value : values) value = IValue(value.to_scalar().to_double());
}

IValue sequence_to_ivalue(PyObject* sequence, Tuples tuples) {
    const Nesting nesting;
    const bool is_tuple = PyTuple_Check(sequence);
    std::vector<IValue> items;
    items.reserve(PySequence_Fast_GET_SIZE(sequence));
    // A conversion may run Python's code, which may change the list.
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(sequence); ++i)
        items.push_back(to_ivalue(nb::borrow(PySequence_Fast_GET_ITEM(sequence, i)).ptr(), tuples));
    if (is_tuple && tuples == Tuples::as_tuples) return IValue(make_tuple(std::move(items)));
    if (tuples == Tuples::as_lists) mix_numbers(items);
    jit::TypePtr type = common_type(items);
    // An operator's empty list is nearly always one of sizes or dimensions.
    if (!type && items.empty() && tuples == Tuples::as_lists) type = jit::int_type();
    if (!type && is_tuple) return IValue(make_tuple(std::move(items)));
    return IValue(make_list(type ? std::move(type) : jit::any_type(), std::move(items)));
}

IValue dict_to_ivalue(PyObject* dict, Tuples tuples) {
    const Nesting nesting;
    std::vector<IValue> keys;
    std::vector<IValue> values;
    const nb::object pairs = nb::steal(PyDict_Items(dict));
    for (nb::handle pair : pairs) {
        keys.push_back(to_ivalue(PyTuple_GET_ITEM(pair.ptr(), 0), tuples));
        values.push_back(to_ivalue(PyTuple_GET_ITEM(pair.ptr(), 1), tuples));
    }
    const jit::TypePtr key_type = common_type(keys);
    const jit::TypePtr value_type = common_type(values);
    auto made = make_dict(key_type ? key_type : jit::any_type(), value_type ? value_type : jit::any_type());
    for (size_t i = 0; i < keys.size(); ++i) made->set(std::move(keys[i]), std::move(values[i]));
    return IValue(std::move(made));
}

int64_t int_of(PyObject* number) {
    int overflow = 0;
    const long long value = PyLong_AsLongLongAndOverflow(number, &overflow);
    if (overflow) {
        PyErr_SetString(PyExc_OverflowError, "int too big to convert");
        nb::raise_python_error();
    }
    return value;
}

std::string string_of(PyObject* text) {
    Py_ssize_t size = 0;
    const char* data = PyUnicode_AsUTF8AndSize(text, &size);
    if (!data) nb::raise_python_error();
    return {data, static_cast<size_t>(size)};
}

/// A namedtuple of the type's names.
nb::object named_tuple(const jit::TupleType& type, nb::object values) {
    static nb::object* const known = new nb::object(nb::dict());
    nb::list fields;
    for (const std::string& field : type.field_names()) fields.append(nb::str(field.c_str()));
    std::string name = type.name().substr(type.name().rfind('.') + 1);
    if (name.empty()) name = "return_type";
    const nb::object key = nb::make_tuple(name, nb::tuple(fields));
    nb::dict classes = nb::borrow<nb::dict>(*known);
    if (!classes.contains(key)) classes[key] = nb::module_::import_("collections").attr("namedtuple")(name, fields);
    return classes[key].attr("_make")(values);
}

nb::object elements_of(const TupleObject& tuple, const Unit& unit) {
    nb::object made = nb::steal(PyTuple_New(static_cast<Py_ssize_t>(tuple.elements.size())));
    for (size_t i = 0; i < tuple.elements.size(); ++i)
        PyTuple_SET_ITEM(made.ptr(), static_cast<Py_ssize_t>(i), to_python(tuple.elements[i], unit).release().ptr());
    return made;
}

}  // namespace

nb::object results_to_python(const TupleObject& results, const std::string& name) {
    nb::object made = elements_of(results, {});
    if (!results.named_type) return made;
    static auto* const classes = new std::unordered_map<std::string, nb::object>;
    nb::object& type = (*classes)[name];
    if (!type.is_valid()) {
        nb::list fields;
        for (const std::string& field : results.named_type->expect<jit::TupleType>().field_names())
            fields.append(nb::str(field.c_str()));
        type = nb::module_::import_("wick._values").attr("results_class")(name.substr(name.rfind(':') + 1), fields);
    }
    return type.attr("_make")(made);
}

bool is_tensor(PyObject* object) {
    return Py_TYPE(object) == tensor_type() || PyType_IsSubtype(Py_TYPE(object), tensor_type());
}

/// The dtype that a type of Python's stands for.
std::optional<DType> dtype_of_type(const void* object) {
    if (object == &PyFloat_Type) return DType::float64;
    if (object == &PyLong_Type) return DType::int64;
    if (object == &PyBool_Type) return DType::bool_;
    return object == &PyComplex_Type ? std::optional(DType::complex128) : std::nullopt;
}

bool is_dtype(PyObject* object) {
    static PyTypeObject* const type = reinterpret_cast<PyTypeObject*>(nb::type<DTypeObject>().ptr());
    return Py_TYPE(object) == type || dtype_of_type(object);
}

Tensor& tensor_in(PyObject* object) { return *nb::inst_ptr<Tensor>(object); }

IValue to_ivalue(PyObject* object, Tuples tuples) {
    if (PyLong_CheckExact(object)) return IValue(int_of(object));
    if (is_tensor(object)) return IValue(tensor_in(object));
    if (object == Py_None) return {};
    if (PyBool_Check(object)) return IValue(object == Py_True);
    if (PyLong_Check(object)) return IValue(int_of(object));
    if (PyFloat_Check(object)) return IValue(PyFloat_AS_DOUBLE(object));
    if (PyUnicode_Check(object)) return IValue(string_of(object));
    if (PyTuple_Check(object) || PyList_Check(object)) return sequence_to_ivalue(object, tuples);
    if (PyDict_Check(object)) return dict_to_ivalue(object, tuples);
    if (PyComplex_Check(object))
        return IValue(std::complex<double>(PyComplex_RealAsDouble(object), PyComplex_ImagAsDouble(object)));
    const nb::handle handle(object);
    if (const std::optional<DType> dtype = dtype_of_type(object)) return IValue(static_cast<int64_t>(*dtype));
    if (is_dtype(object)) return IValue(static_cast<int64_t>(nb::inst_ptr<DTypeObject>(handle)->dtype));
    if (nb::isinstance<Device>(handle)) return IValue(*nb::inst_ptr<Device>(handle));
    if (nb::isinstance<GeneratorObject>(handle))
        return IValue::capsule(nb::inst_ptr<GeneratorObject>(handle)->generator);
    if (IValue value; script_object_from_python(object, value)) return value;
    if (PyIndex_Check(object)) {
        const nb::object number = nb::steal(PyNumber_Index(object));
        if (number.is_valid()) return IValue(int_of(number.ptr()));
        PyErr_Clear();
    }
    if (const PyNumberMethods* number = Py_TYPE(object)->tp_as_number; number && number->nb_float) {
        const nb::object real = nb::steal(PyNumber_Float(object));
        if (real.is_valid()) return IValue(PyFloat_AS_DOUBLE(real.ptr()));
        PyErr_Clear();
    }
    throw ArgumentError(fmt::format("a value of Python type '{}' has no form in a program", Py_TYPE(object)->tp_name));
}

nb::object to_python(Tensor tensor) {
    if (!tensor.defined()) return nb::none();
    nb::object made = nb::inst_alloc(reinterpret_cast<PyObject*>(tensor_type()));
    new (nb::inst_ptr<Tensor>(made)) Tensor(std::move(tensor));
    nb::inst_mark_ready(made);
    return made;
}

nb::object to_python(DType dtype) { return *g_dtypes[static_cast<size_t>(dtype)]; }

nb::object size_to_python(IntArrayRef sizes) {
    static nb::object* const type = new nb::object(nb::module_::import_("wick._values").attr("Size"));
    nb::object tuple = nb::steal(PyTuple_New(static_cast<Py_ssize_t>(sizes.size())));
    for (size_t i = 0; i < sizes.size(); ++i)
        PyTuple_SET_ITEM(tuple.ptr(), static_cast<Py_ssize_t>(i), PyLong_FromLongLong(sizes[i]));
    return (*type)(tuple);
}

nb::object to_python(const IValue& value, const Unit& unit) {
    switch (value.tag()) {
        case IValue::Tag::None:
            return nb::none();
        case IValue::Tag::Bool:
            return nb::bool_(value.to_bool());
        case IValue::Tag::Int:
            return nb::int_(value.to_int());
        case IValue::Tag::Double:
            return nb::float_(value.to_double());
        case IValue::Tag::Complex:
            return nb::steal(PyComplex_FromDoubles(value.to_complex().real(), value.to_complex().imag()));
        case IValue::Tag::String:
            return nb::str(value.to_string().data(), value.to_string().size());
        case IValue::Tag::Tensor:
            return to_python(value.tensor_ref());
        case IValue::Tag::Device:
            return nb::cast(value.to_device());
        case IValue::Tag::List: {
            nb::list list;
            for (const auto items = snapshot(value.to_list()); const IValue& item : items->items)
                list.append(to_python(item, unit));
            return list;
        }
        case IValue::Tag::Dict: {
            nb::dict dict;
            const auto pairs = snapshot(value.to_dict())->items();
            for (const auto& [key, item] : pairs) dict[to_python(key)] = to_python(item, unit);
            return dict;
        }
        case IValue::Tag::Tuple: {
            const TupleObject& tuple = value.to_tuple();
            nb::object made = elements_of(tuple, unit);
            return tuple.named_type ? named_tuple(tuple.named_type->expect<jit::TupleType>(), std::move(made)) : made;
        }
        default:
            return script_object_to_python(value, unit);
    }
}

void bind_values(nb::module_& module) {
    nb::class_<DTypeObject>(module, "dtype", "The type of a tensor's elements.")
        .def("__init__",
             [](DTypeObject* self, nb::type_object type) {
                 const std::optional<DType> dtype = dtype_of_type(type.ptr());
                 if (!dtype) throw nb::next_overload();
                 new (self) DTypeObject{*dtype};
             })
        .def_prop_ro("is_floating_point", [](const DTypeObject& self) { return is_floating(self.dtype); })
        .def_prop_ro("is_complex", [](const DTypeObject& self) { return is_complex(self.dtype); })
        .def_prop_ro("is_signed",
                     [](const DTypeObject& self) { return self.dtype != DType::uint8 && self.dtype != DType::bool_; })
        .def_prop_ro("itemsize", [](const DTypeObject& self) { return bytes_of(self.dtype); })
        .def("__repr__", [](const DTypeObject& self) { return fmt::format("torch.{}", name_of(self.dtype)); })
        .def("__reduce__", [](const DTypeObject& self) { return std::string(name_of(self.dtype)); });
    nb::implicitly_convertible<nb::type_object, DTypeObject>();  // tensor(…, dtype=float)
#define _(name, type, number, bytes, storage)                              \
    g_dtypes[number] = new nb::object(nb::cast(DTypeObject{DType::name})); \
    module.attr(std::string(name_of(DType::name)).c_str()) = *g_dtypes[number];
    WICK_FORALL_DTYPES(_)
#undef _
    for (const auto& [alias, dtype] : {std::pair("float", DType::float32),
                                       {"double", DType::float64},
                                       {"half", DType::float16},
                                       {"long", DType::int64},
                                       {"int", DType::int32},
                                       {"short", DType::int16},
                                       {"cfloat", DType::complex64},
                                       {"cdouble", DType::complex128}})
        module.attr(alias) = to_python(dtype);

    module.def("get_default_dtype", [] { return to_python(default_dtype()); });
    module.def(
        "set_default_dtype", [](const DTypeObject& dtype) { set_default_dtype(dtype.dtype); }, nb::arg("d"),
        "The dtype of tensors that are made of floats, or of factories that are given none.");

    nb::class_<Device>(module, "device", "Where a tensor lives; wick computes on the CPU.")
        .def(
            "__init__", [](Device* self, const std::string& text) { new (self) Device(Device::parse(text)); },
            nb::arg("device"))
        .def(
            "__init__",
            [](Device* self, const std::string& type, int index) {
                new (self) Device(Device::parse(fmt::format("{}:{}", type, index)));
            },
            nb::arg("type"), nb::arg("index"))
        .def(
            "__init__", [](Device* self, const Device& other) { new (self) Device(other); }, nb::arg("device"))
        .def("__reduce__",
             [](const Device& self) { return nb::make_tuple(nb::type<Device>(), nb::make_tuple(self.str())); })
        .def_prop_ro("type", [](const Device& self) { return Device{self.type}.str(); })
        .def_prop_ro("index",
                     [](const Device& self) {
                         return self.index < 0 ? nb::object(nb::none()) : nb::object(nb::int_(int(self.index)));
                     })
        .def(
            "__eq__",
            [](const Device& self, nb::handle other) {
                return nb::isinstance<Device>(other) && self == nb::cast<Device>(other);
            },
            nb::arg("other").none())
        .def("__hash__", [](const Device& self) { return static_cast<int>(self.type) * 256 + self.index; })
        .def("__str__", &Device::str)
        .def("__repr__", [](const Device& self) {
            const std::string index = self.index < 0 ? "" : fmt::format(", index={}", self.index);
            return fmt::format("device(type='{}'{})", Device{self.type}.str(), index);
        });
}

}  // namespace wick::python
