#include <fmt/format.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <optional>
#include <string>
#include <vector>

#include <wick/ops/print_options.h>
#include <wick/tensor/grad_mode.h>

#include "archive/torch_save.h"
#include "ops/meta_call.h"
#include "ops/op_errors.h"
#include "ops/print_value.h"
#include "ops/take_over.h"
#include "ops/tensor_ops.h"
#include "program/containers.h"
#include "python/bindings.h"
#include "python/convert.h"
#include "python/errors.h"
#include "python/indexing.h"
#include "python/ndarray.h"
#include "python/operator_function.h"
#include "python/tracing.h"

namespace nb = nanobind;

namespace wick::python {

namespace {

const DType* dtype_or_null(const std::optional<DTypeObject>& dtype) { return dtype ? &dtype->dtype : nullptr; }

/// A handle of its own on the same elements.
Tensor with_own_handle(const Tensor& source, bool requires_grad) {
    return source.detach().set_requires_grad(requires_grad);
}

bool is_meta(const Tensor& self) { return self.device().type == DeviceType::meta; }

Tensor own_copy(const Tensor& self) { return jit::call_operator("aten::clone", {IValue(self), IValue()}).to_tensor(); }

/// Where a new tensor was wanted: on the device, or where this thread makes tensors.
Tensor placed(const Tensor& made, nb::handle device) {
    const bool to_meta =
        device.is_none() ? jit::makes_meta() : nb::cast<Device>(nb::type<Device>()(device)).type == DeviceType::meta;
    if (!to_meta || is_meta(made)) return made;
    return jit::call_operator("aten::to.device",
                              {IValue(made), IValue(Device(DeviceType::meta)),
                               IValue(static_cast<int64_t>(made.dtype())), IValue(false), IValue(false), IValue()})
        .to_tensor();
}

nb::object sizes_of(nb::handle self) { return size_to_python(tensor_in(self.ptr()).sizes()); }

nb::object number_of_elements(nb::handle self) {
    return is_traced(self) ? traced_numel(self) : nb::int_(tensor_in(self.ptr()).numel());
}

Scalar only_element(const Tensor& self) {
    if (self.numel() != 1)
        throw OpError(fmt::format("a Tensor with {} elements cannot be converted to Scalar", self.numel()));
    return self.item();
}

nb::object scalar_to_python(const Scalar& value) { return to_python(IValue(value)); }

/// The only element, as a value that a trace does not follow.
nb::object plain_element(const Tensor& self, const char* becomes) {
    const Scalar value = only_element(self);
    warn_of_constant(self, becomes);
    return scalar_to_python(value);
}

/// The only element, of which Python is to make a number of its own.
nb::object convertible_element(const Tensor& self, const char* becomes) {
    if (self.numel() != 1) throw ValueError("only one element tensors can be converted to Python scalars");
    return plain_element(self, becomes);
}

bool truth(const Tensor& self) {
    warn_of_constant(self, "a Python boolean");
    if (self.numel() == 0) throw OpError("Boolean value of Tensor with no values is ambiguous");
    if (self.numel() > 1) throw OpError("Boolean value of Tensor with more than one value is ambiguous");
    return self.item().to_bool();
}

void bind_geometry(nb::class_<Tensor>& tensor) {
    tensor.def_prop_ro("dtype", [](const Tensor& self) { return to_python(self.dtype()); })
        .def_prop_ro("device", &Tensor::device)
        .def_prop_ro("shape", [](nb::handle self) { return is_traced(self) ? traced_sizes(self) : sizes_of(self); })
        .def_prop_ro("ndim", &Tensor::dim)
        .def_prop_ro("itemsize", &Tensor::itemsize)
        .def_prop_ro("nbytes", &Tensor::nbytes)
        .def_prop_rw(
            "data",
            [](const Tensor& self) {
                return jit::is_tracing() ? jit::call_operator("aten::detach", {IValue(self)}).to_tensor()
                                         : ops::data_of(self);
            },
            &ops::take_over)
        .def(
            "size",
            [](nb::handle self, std::optional<int64_t> dim) -> nb::object {
                const nb::object sizes = is_traced(self) ? traced_sizes(self) : nb::object();
                if (!dim) return sizes.is_valid() ? sizes : sizes_of(self);
                const int64_t size = tensor_in(self.ptr()).size(*dim);  // says when there is none
                return sizes.is_valid() ? nb::object(sizes[*dim]) : nb::object(nb::int_(size));
            },
            nb::arg("dim") = nb::none())
        .def(
            "stride",
            [](const Tensor& self, std::optional<int64_t> dim) -> nb::object {
                return dim ? nb::object(nb::int_(self.stride(*dim)))
                           : nb::object(nb::tuple(to_python(IValue(self.strides().vec()))));
            },
            nb::arg("dim") = nb::none())
        .def("dim", &Tensor::dim)
        .def("ndimension", &Tensor::dim)
        .def("numel", &number_of_elements)
        .def("nelement", &number_of_elements)
        .def("element_size", &Tensor::itemsize)
        .def("storage_offset", &Tensor::storage_offset)
        .def("data_ptr",
             [](const Tensor& self) {
                 WICK_CHECK(!self.is_sparse(), "Cannot access data pointer of Tensor that doesn't have storage");
                 return self.numel() && !is_meta(self) ? reinterpret_cast<uintptr_t>(self.data_ptr()) : 0;
             })
        .def("_storage_memory",
             [](const Tensor& self) {
                 const Storage& storage = *self.impl()->storage;
                 return nb::make_tuple(
                     storage.bytes() && !is_meta(self) ? reinterpret_cast<uintptr_t>(storage.data()) : 0,
                     storage.bytes());
             })
        .def("is_floating_point", [](const Tensor& self) { return is_floating(self.dtype()); })
        .def(
            "type",
            [](nb::handle self, nb::handle dtype) -> nb::object {
                const Tensor& tensor = tensor_in(self.ptr());
                if (dtype.is_none()) return nb::cast(fmt::format("torch.{}Tensor", scalar_name_of(tensor.dtype())));
                return self.attr("to")(nb::module_::import_("wick._legacy").attr("dtype_of")(dtype));
            },
            nb::arg("dtype") = nb::none(), "The name of the tensor's old type, or the tensor in another dtype or type.")
        .def("is_complex", [](const Tensor& self) { return is_complex(self.dtype()); });
}

void bind_values_of(nb::class_<Tensor>& tensor) {
    tensor.def("item", [](const Tensor& self) { return plain_element(self, "a Python number"); })
        .def("tolist",
             [](const Tensor& self) {
                 if (is_meta(self)) throw NotImplementedError("Cannot copy out of meta tensor; no data!");
                 warn_of_constant(self, "a Python list");
                 return to_python(jit::tensor_to_list(self));
             })
        .def("__bool__", &truth)
        .def("__int__",
             [](const Tensor& self) {
                 return nb::steal(PyNumber_Long(convertible_element(self, "a Python integer").ptr()));
             })
        .def("__float__",
             [](const Tensor& self) {
                 return nb::steal(PyNumber_Float(convertible_element(self, "a Python float").ptr()));
             })
        .def("__complex__", [](const Tensor& self) { return to_python(IValue(only_element(self).to_complex())); })
        .def("__index__",
             [](const Tensor& self) {
                 if (!is_integral(self.dtype(), true) || self.numel() != 1)
                     throw ArgumentError("only integer tensors of a single element can be converted to an index");
                 warn_of_constant(self, "a Python index");
                 return self.item().to_int();
             })
        .def("__len__",
             [](const Tensor& self) {
                 if (self.dim() == 0) throw ArgumentError("len() of a 0-d tensor");
                 warn_of_length(self);
                 return self.size(0);
             })
        .def("__iter__",
             [](nb::object object) {
                 const Tensor& self = tensor_in(object.ptr());
                 if (self.dim() == 0) throw ArgumentError("iteration over a 0-d tensor");
                 warn_of_iteration(self);
                 if (object.type().ptr() != nb::type<Tensor>().ptr()) return nb::iter(object.attr("unbind")(0));
                 return nb::iter(to_python(jit::call_operator("aten::unbind.int", {IValue(self)})));
             })
        .def("__contains__",
             [](const Tensor& self, nb::object value) {
                 if (!is_tensor(value.ptr()) && !PyNumber_Check(value.ptr()))
                     throw OpError(
                         fmt::format("Tensor.__contains__ only supports Tensor or scalar, but you passed in a {}.",
                                     nb::repr(value.type()).c_str()));
                 return truth(ops::any(nb::cast<Tensor>(nb::cast(self).attr("__eq__")(value))));
             })
        .def("__hash__",
             [](nb::handle self) { return static_cast<int64_t>(reinterpret_cast<uintptr_t>(self.ptr()) >> 4); })
        .def("__repr__", [](const Tensor& self) { return jit::tensor_repr(self); })
        .def(
            "_repr_as", [](const Tensor& self, const std::string& name) { return jit::tensor_repr(self, 0, name); },
            nb::arg("name"), "The tensor's text with another name before its brackets.")
        .def("__format__",
             [](nb::object self, const std::string& spec) {
                 const bool is_number = tensor_in(self.ptr()).dim() == 0 && !is_meta(tensor_in(self.ptr()));
                 return nb::str(is_number ? self.attr("item")().attr("__format__")(spec)
                                          : nb::str(self).attr("__format__")(spec));
             })
        .def("__getitem__", &get_item, nb::arg("index").none())
        .def("__setitem__", &set_item, nb::arg("index").none(), nb::arg("value"))
        .def("__reduce__",
             [](const Tensor& self) {
                 const std::string bytes = archive::save_torch_bytes(IValue(self));
                 const nb::object rebuild = nb::module_::import_("wick._weights").attr("tensor_from_bytes");
                 return nb::make_tuple(rebuild,
                                       nb::make_tuple(nb::bytes(bytes.data(), bytes.size()), self.requires_grad()));
             })
        .def("__copy__", [](const Tensor& self) { return with_own_handle(self, self.requires_grad()); })
        .def("__deepcopy__", [](const Tensor& self, nb::handle) {
            if (!self.is_leaf())
                throw OpError(
                    "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the "
                    "moment.  If you were attempting to deepcopy a module, this may be because of a "
                    "torch.nn.utils.weight_norm "
                    "usage, see https://github.com/pytorch/pytorch/pull/103001");
            const NoGradGuard guard;
            const Tensor copy = own_copy(self).set_requires_grad(self.requires_grad());
            if (const Tensor grad = self.grad(); grad.defined()) copy.set_grad(own_copy(grad));
            return copy;
        });
}

void bind_exchange(nb::class_<Tensor>& tensor) {
    tensor
        .def(
            "numpy",
            [](const Tensor& self, bool force) {
                if (self.requires_grad() && GradMode::is_enabled() && !force)
                    throw OpError(
                        "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.");
                warn_of_constant(self, "a NumPy array");
                return numpy_from_tensor(self);
            },
            nb::kw_only(), nb::arg("force") = false)
        .def(
            "__array__",
            [](const Tensor& self, nb::object dtype, nb::object copy) {
                nb::object array = numpy_from_tensor(self);
                if (!dtype.is_none()) array = array.attr("astype")(dtype);
                return copy.is_none() || !nb::cast<bool>(copy) || !dtype.is_none() ? array
                                                                                   : nb::object(array.attr("copy")());
            },
            nb::arg("dtype") = nb::none(), nb::kw_only(), nb::arg("copy") = nb::none())
        .def(
            "__dlpack__",
            [](const Tensor& self, nb::handle, nb::handle, nb::handle, nb::handle copy) {
                return dlpack_from_tensor(!copy.is_none() && nb::cast<bool>(copy) ? ops::clone(self) : self);
            },
            nb::kw_only(), nb::arg("stream") = nb::none(), nb::arg("max_version") = nb::none(),
            nb::arg("dl_device") = nb::none(), nb::arg("copy") = nb::none())
        .def("__dlpack_device__", [](const Tensor&) { return nb::make_tuple(1, 0); });
    // NumPy leaves arithmetic with tensors to them.
    tensor.attr("__array_priority__") = 1000;
}

}  // namespace

void bind_tensor(nb::module_& module) {
    std::vector<PyType_Slot> slots = arithmetic_slots();
    for (const PyType_Slot* more : {kTensorCollection, kTensorMaking})
        for (const PyType_Slot* slot = more; slot->slot; ++slot) slots.push_back(*slot);
    slots.push_back({0, nullptr});
    nb::class_<Tensor> tensor(module, "Tensor", "A typed, shaped view of memory; views share it.",
                              nb::is_weak_referenceable(), nb::dynamic_attr(), nb::type_slots(slots.data()));
    // Calls of the type go through kTensorMaking.
    reinterpret_cast<PyTypeObject*>(tensor.ptr())->tp_vectorcall = nullptr;
    bind_geometry(tensor);
    bind_gradients_of(tensor);
    bind_values_of(tensor);
    bind_exchange(tensor);
    bind_tensor_operators(tensor);

    module.def(
        "tensor",
        [](nb::handle data, std::optional<DTypeObject> dtype, nb::handle device, bool requires_grad) {
            Tensor made = placed(tensor_from_data(data, dtype_or_null(dtype)), device);
            return made.set_requires_grad(requires_grad);
        },
        nb::arg("data"), nb::kw_only(), nb::arg("dtype") = nb::none(), nb::arg("device") = nb::none(),
        nb::arg("requires_grad") = false, "A new tensor of numbers in nested sequences, of an array or of a tensor.");
    module.def(
        "_print_options",
        [] {
            const PrintOptions options = print_options();
            nb::dict found;
            found["precision"] = options.precision;
            found["threshold"] = options.threshold;
            found["edgeitems"] = options.edgeitems;
            found["linewidth"] = options.linewidth;
            found["sci_mode"] = options.sci_mode;
            return found;
        },
        "How tensors are printed.");
    module.def(
        "_set_print_options",
        [](int64_t precision, double threshold, int64_t edgeitems, int64_t linewidth, std::optional<bool> sci_mode) {
            set_print_options({precision, threshold, edgeitems, linewidth, sci_mode});
        },
        nb::arg("precision"), nb::arg("threshold"), nb::arg("edgeitems"), nb::arg("linewidth"),
        nb::arg("sci_mode").none());
    module.def("_set_makes_meta", &jit::set_makes_meta, nb::arg("on"),
               "Whether factories make meta tensors on this thread.");
    module.def("_placed", &placed, nb::arg("tensor"), nb::arg("device").none(), "A new tensor where it was wanted.");
    bind_tensor_bytes(module);
    module.def("_from_array", &tensor_from_array, nb::arg("array"), "A tensor over an array's memory.");
}

}  // namespace wick::python
