#include "python/ndarray.h"

#include <fmt/format.h>
#include <limits>
#include <nanobind/ndarray.h>
#include <optional>
#include <vector>

#include <wick/tensor/default_dtype.h>

#include "ops/tensor_elements.h"
#include "ops/tensor_ops.h"
#include "python/convert.h"
#include "python/errors.h"
#include "python/gil.h"
#include "tensor/batched_tensor.h"

namespace nb = nanobind;

namespace wick::python {

namespace {

using Code = nb::dlpack::dtype_code;

Code code_of(DType dtype) {
    if (dtype == DType::bool_) return Code::Bool;
    if (dtype == DType::bfloat16) return Code::Bfloat;
    if (dtype == DType::uint8) return Code::UInt;
    return is_complex(dtype) ? Code::Complex : is_floating(dtype) ? Code::Float : Code::Int;
}

nb::dlpack::dtype dlpack_of(DType dtype) {
    return {static_cast<uint8_t>(code_of(dtype)), static_cast<uint8_t>(8 * bytes_of(dtype)), 1};
}

DType dtype_of_array(const nb::dlpack::dtype& given) {
#define _(name, type, number, bytes, storage) \
    if (given == dlpack_of(DType::name)) return DType::name;
    WICK_FORALL_DTYPES(_)
#undef _
    throw ArgumentError(
        "can't convert an array of this dtype. The supported types are: float64, float32, float16, bfloat16, "
        "complex64, complex128, "
        "int64, int32, int16, int8, uint8, and bool.");
}

template <class Array>
nb::object array_from_tensor(const Tensor& tensor) {
    std::vector<size_t> shape;
    for (int64_t size : tensor.sizes()) shape.push_back(static_cast<size_t>(size));
    const std::vector<int64_t> strides(tensor.strides().begin(), tensor.strides().end());
    if (tensor.impl()->storage->read_only()) tensor.impl()->storage->make_writable();
    // An owner of its own: the handle that the caller has may be changed.
    const nb::object owner = to_python(tensor);
    const Array array(const_cast<void*>(tensor.data_ptr()), shape.size(), shape.data(), owner, strides.data(),
                      dlpack_of(tensor.dtype()));
    return nb::cast(array, nb::rv_policy::reference);
}

bool is_array(nb::handle data) {
    return PyObject_CheckBuffer(data.ptr()) || nb::hasattr(data, "__dlpack__") ||
           nb::hasattr(data, "__array_interface__");
}

/// Numbers in nested sequences, arrays and numbers of arrays among them.
class Numbers {
 public:
    explicit Numbers(nb::handle data) {
        find_shape(data);
        read(data, 0);
    }
    DimVector shape;
    std::vector<Scalar> values;
    /// What all of them are promoted to.
    DType dtype() const { return dtype_.value_or(default_dtype()); }

 private:
    static bool is_text(nb::handle data) { return PyUnicode_Check(data.ptr()) || PyBytes_Check(data.ptr()); }
    /// Lists, ranges, …
    static bool is_sequence(nb::handle data) {
        if (PyList_Check(data.ptr()) || PyTuple_Check(data.ptr())) return true;
        return PySequence_Check(data.ptr()) && !is_text(data) && !is_tensor(data.ptr()) && !is_array(data);
    }
    /// Anything that brings its dtype along.
    static bool is_elements(nb::handle data) {
        if (PyFloat_CheckExact(data.ptr()) || is_text(data)) return false;
        return is_tensor(data.ptr()) || PyObject_CheckBuffer(data.ptr());
    }

    void find_shape(nb::handle data) {
        if (shape.size() >= kMaxDepth) throw OpError("too many dimensions");
        if (is_sequence(data)) {
            const size_t size = nb::len(data);
            shape.push_back(static_cast<int64_t>(size));
            if (size > 0) find_shape(data[0]);
        } else if (is_elements(data) && !is_tensor(data.ptr())) {
            for (int64_t size : tensor_from_array(data).sizes()) shape.push_back(size);
        }
    }
    void read(nb::handle data, size_t depth) {
        if (is_elements(data))
            return read_elements(is_tensor(data.ptr()) ? tensor_in(data.ptr()) : tensor_from_array(data), depth);
        if (depth == shape.size()) return read_number(data, depth);
        const size_t size = is_sequence(data) ? nb::len(data) : 0;
        if (!is_sequence(data) || static_cast<int64_t>(size) != shape[depth])
            throw ValueError(
                fmt::format("expected sequence of length {} at dim {} (got {})", shape[depth], depth, size));
        for (size_t i = 0; i < size; ++i) read(data[i], depth + 1);
    }
    void read_elements(const Tensor& tensor, size_t depth) {
        for (size_t d = depth; d < shape.size(); ++d) {
            const int64_t size = d - depth < tensor.sizes().size() ? tensor.sizes()[d - depth] : 0;
            if (size != shape[d])
                throw ValueError(fmt::format("expected sequence of length {} at dim {} (got {})", shape[d], d, size));
        }
        if (depth == shape.size()) {
            if (tensor.numel() != 1) throw ValueError("only one element tensors can be converted to Python scalars");
            return take(tensor.item(), tensor.dtype());
        }
        const Tensor dense = ops::contiguous(tensor);
        for (int64_t i = 0; i < dense.numel(); ++i) take(jit::element_at(dense, i), dense.dtype());
    }
    void read_number(nb::handle data, size_t depth) {
        if (is_sequence(data)) throw ArgumentError(fmt::format("not a sequence of numbers at dim {}", depth));
        const char* type = Py_TYPE(data.ptr())->tp_name;
        if (is_text(data) && depth > 0) throw ValueError(fmt::format("too many dimensions '{}'", type));
        if (is_text(data)) throw ArgumentError(fmt::format("new(): invalid data type '{}'", type));
        Scalar number;
        try {
            number = to_ivalue(data.ptr()).to_scalar();
        } catch (const nb::python_error&) {
            throw ValueError("Overflow when unpacking long long");
        } catch (const Error&) {
            throw OpError(fmt::format("Could not infer dtype of {}", type));
        }
        const DType exact = number.dtype();
        take(number, exact == DType::float64      ? default_dtype()
                     : exact == DType::complex128 ? default_complex_dtype()
                                                  : exact);
    }
    void take(const Scalar& number, DType dtype) {
        dtype_ = dtype_ ? promote_types(*dtype_, dtype) : dtype;
        values.push_back(number);
    }

    static constexpr size_t kMaxDepth = 64;
    std::optional<DType> dtype_;
};

}  // namespace

Tensor tensor_from_array(nb::handle array) {
    nb::ndarray<nb::ro> view;
    if (!nb::try_cast(array, view))
        throw ArgumentError(fmt::format("expected an array (got {})", Py_TYPE(array.ptr())->tp_name));
    if (view.device_type() != nb::device::cpu::value)
        throw OpError("only arrays in the CPU's memory can become tensors");
    DimVector sizes;
    DimVector strides;
    for (size_t i = 0; i < view.ndim(); ++i) {
        sizes.push_back(static_cast<int64_t>(view.shape(i)));
        strides.push_back(view.stride(i));
        if (view.stride(i) < 0) {
            throw ValueError(
                "At least one stride in the given numpy array is negative, and tensors with negative strides are not "
                "currently supported. "
                "(You can probably work around this by making a copy of your array  with array.copy().)");
        }
    }
    const DType dtype = dtype_of_array(view.dtype());
    auto* const kept = new nb::ndarray<nb::ro>(view);
    const auto release = [kept] {
        if (!Py_IsInitialized()) return;
        const Locked locked;
        delete kept;
    };
    return from_blob(const_cast<void*>(static_cast<const void*>(view.data())), sizes, strides, dtype, release);
}

namespace {

/// The memory of a contiguous tensor, for whoever takes buffers.
struct TensorBytes {
    Tensor tensor;
};

int get_buffer(PyObject* self, Py_buffer* view, int flags) {
    const Tensor& tensor = nb::inst_ptr<TensorBytes>(self)->tensor;
    void* const data = dispatch_dtype(tensor.dtype(), [&]<class T>() -> void* { return tensor.mutable_data<T>(); });
    const auto size = static_cast<Py_ssize_t>(tensor.numel() * bytes_of(tensor.dtype()));
    return PyBuffer_FillInfo(view, self, data, size, 0, flags);
}

}  // namespace

void bind_tensor_bytes(nb::module_& module) {
    static PyType_Slot slots[] = {{Py_bf_getbuffer, reinterpret_cast<void*>(get_buffer)}, {0, nullptr}};
    nb::class_<TensorBytes>(module, "_TensorBytes", nb::type_slots(slots))
        .def("__init__", [](TensorBytes* self, const Tensor& tensor) {
            WICK_CHECK(tensor.is_contiguous(), "only a contiguous tensor's memory is a buffer");
            new (self) TensorBytes{tensor};
        });
}

nb::object numpy_from_tensor(const Tensor& tensor) {
    check_not_batched(tensor);
    if (tensor.is_sparse())
        throw ArgumentError("can't convert Sparse layout tensor to numpy. Use Tensor.to_dense() first.");
    if (tensor.device().type == DeviceType::meta)
        throw ArgumentError(
            "can't convert meta device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host memory "
            "first.");
    if (tensor.dtype() == DType::bfloat16) throw ArgumentError("Got unsupported ScalarType BFloat16");
    return array_from_tensor<nb::ndarray<nb::numpy>>(tensor);
}

nb::object dlpack_from_tensor(const Tensor& tensor) {
    check_not_batched(tensor);
    if (tensor.is_sparse()) throw OpError("Can't export tensors with layout other than torch.strided");
    return array_from_tensor<nb::ndarray<>>(tensor);
}

/// OpError where an integer dtype has no such number. Unsigned ones take negative numbers, which wrap.
template <class T>
static void check_range(const Scalar& value, DType dtype) {
    constexpr auto kMost = static_cast<double>(std::numeric_limits<T>::max());
    constexpr double kLeast = std::is_signed_v<T> ? static_cast<double>(std::numeric_limits<T>::min()) : -kMost;
    const bool fits = value.is_complex() || (value.to_double() >= kLeast && value.to_double() <= kMost);
    WICK_CHECK(fits, "value cannot be converted to type {} without overflow", name_of(dtype));
}

Tensor tensor_from_data(nb::handle data, const DType* dtype) {
    if (is_tensor(data.ptr()) || (is_array(data) && !PyBytes_Check(data.ptr()))) {
        const Tensor source = is_tensor(data.ptr()) ? tensor_in(data.ptr()) : tensor_from_array(data);
        return ops::clone(ops::to_dtype(source, dtype ? *dtype : source.dtype()));
    }
    const Numbers numbers(data);
    const Tensor made = empty(numbers.shape, dtype ? *dtype : numbers.dtype());
    dispatch_dtype(made.dtype(), [&]<class T>() {
        T* out = made.mutable_data<T>();
        for (const Scalar& value : numbers.values) {
            if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) check_range<T>(value, made.dtype());
            *out++ = value.to<T>();
        }
    });
    return made;
}

}  // namespace wick::python
