#include "python/indexing.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <vector>

#include "ops/subscript.h"
#include "ops/tensor_ops.h"
#include "python/convert.h"
#include "python/errors.h"
#include "python/gil.h"
#include "python/ndarray.h"
#include "python/tracing.h"

namespace nb = nanobind;

namespace wick::python {

using indexing::TensorIndex;

namespace {

struct Indices {
    std::vector<TensorIndex> given;
    std::vector<jit::TracedIndex> traced;  ///< what a trace knows of each
};

/// What picks elements rather than making a view.
bool is_pick(nb::handle index) {
    const bool is_sequence = PySequence_Check(index.ptr()) && !PyUnicode_Check(index.ptr());
    return is_tensor(index.ptr()) || PyBool_Check(index.ptr()) || is_sequence || nb::hasattr(index, "__array__");
}

Tensor pick_of(nb::handle index) {
    if (is_tensor(index.ptr())) return tensor_in(index.ptr());
    const Tensor tensor = tensor_from_data(index, nullptr);
    // An empty list picks nothing.
    return tensor.numel() == 0 ? ops::to_dtype(tensor, DType::int64) : tensor;
}

std::optional<int64_t> bound(nb::handle number) {
    if (number.is_none()) return std::nullopt;
    if (is_tensor(number.ptr())) return tensor_in(number.ptr()).item().to_int();
    Py_ssize_t value = PyNumber_AsSsize_t(number.ptr(), nullptr);
    if (value == -1 && PyErr_Occurred()) nb::raise_python_error();
    return value;
}

jit::Value* in_trace(nb::handle number) { return jit::is_tracing() ? number_in_trace(number.ptr()) : nullptr; }

void add_slice(Indices& to, nb::handle slice) {
    const int64_t step = bound(slice.attr("step")).value_or(1);
    if (step <= 0) throw ValueError(step == 0 ? "slice step cannot be zero" : "step must be greater than zero");
    const nb::object start = slice.attr("start"), stop = slice.attr("stop");
    to.given.emplace_back(indexing::Slice(bound(start), bound(stop), step));
    to.traced.push_back({in_trace(start), in_trace(stop)});
}

void add(Indices& to, nb::handle index) {
    if (PySlice_Check(index.ptr())) return add_slice(to, index);
    jit::TracedIndex& traced = to.traced.emplace_back();
    if (index.ptr() == Py_Ellipsis) {
        to.given.emplace_back(indexing::Ellipsis);
    } else if (index.is_none()) {
        to.given.emplace_back(indexing::None);
    } else if (is_pick(index)) {
        to.given.emplace_back(pick_of(index));
        traced.is_traced_tensor = is_tensor(index.ptr()) && is_traced(index);
    } else if (PyIndex_Check(index.ptr())) {
        to.given.emplace_back(*bound(index));
        traced.start = in_trace(index);
    } else {
        throw IndexError(
            fmt::format("only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid "
                        "indices (got {})",
                        Py_TYPE(index.ptr())->tp_name));
    }
}

/// Whether the parts of a list are indices, as a tuple's are, rather than the elements of one.
bool is_like_tuple(nb::handle index) {
    if (PyTuple_Check(index.ptr())) return true;
    constexpr Py_ssize_t kMost = 32;  // PyTorch takes longer ones for elements
    if (!PyList_Check(index.ptr()) || PyList_GET_SIZE(index.ptr()) >= kMost) return false;
    const nb::list parts = nb::borrow<nb::list>(index);
    return std::any_of(parts.begin(), parts.end(), [](nb::handle one) {
        const bool is_sequence = PySequence_Check(one.ptr()) && !PyUnicode_Check(one.ptr());
        return is_tensor(one.ptr()) || is_sequence || PySlice_Check(one.ptr()) || one.is_none() ||
               one.ptr() == Py_Ellipsis;
    });
}

Indices indices_of(nb::handle index) {
    Indices indices;
    if (is_like_tuple(index)) {
        for (nb::handle one : index) add(indices, one);
    } else {
        add(indices, index);
    }
    return indices;
}

}  // namespace

Tensor get_item(const Tensor& self, nb::handle index) {
    const Indices indices = indices_of(index);
    const Unlocked unlocked;
    return jit::get_item(self, indices.given, indices.traced);
}

void set_item(const Tensor& self, nb::handle index, nb::handle value) {
    const Indices indices = indices_of(index);
    const IValue given = to_ivalue(value.ptr());
    if (!given.is_tensor() && !given.is_scalar())
        throw ArgumentError(fmt::format("can't assign a {} to a torch.{}Tensor", Py_TYPE(value.ptr())->tp_name,
                                        scalar_name_of(self.dtype())));
    const Unlocked unlocked;
    jit::set_item(self, indices.given, given, indices.traced);
}

}  // namespace wick::python
