#include "python/indexing.h"

#include <fmt/format.h>
#include <optional>
#include <vector>

#include "ops/registry.h"
#include "ops/tensor_ops.h"
#include "python/convert.h"
#include "python/errors.h"
#include "python/ndarray.h"
#include "python/tracing.h"

namespace nb = nanobind;

namespace wick::python {

namespace {

/// What an index comes to: a view, and tensors that pick from its dimensions (undefined: the whole dimension).
struct Selection {
    Tensor view;
    std::vector<Tensor> picks;
};

/// By name, so that it is recorded.
Tensor call(std::string_view op, std::vector<IValue> arguments) {
    return jit::call_operator(op, std::move(arguments)).to_tensor();
}

/// As above, given the Python objects of some arguments, which may be numbers of a trace.
Tensor call(std::string_view op, std::vector<IValue> arguments,
            std::initializer_list<std::pair<size_t, nb::handle>> numbers) {
    if (!jit::is_tracing()) return call(op, std::move(arguments));
    std::vector<jit::Value*> traced(arguments.size());
    for (const auto& [at, object] : numbers) traced[at] = number_in_trace(object.ptr());
    const jit::TracedArguments of_the_call(std::move(traced));
    return call(op, std::move(arguments));
}

IValue number_or_none(std::optional<int64_t> number) { return number ? IValue(*number) : IValue(); }

/// What picks elements rather than making a view.
bool is_pick(nb::handle index) {
    return is_tensor(index.ptr()) || PyBool_Check(index.ptr()) || PyList_Check(index.ptr()) ||
           nb::hasattr(index, "__array__");
}

Tensor pick_of(nb::handle index) {
    if (is_tensor(index.ptr())) return tensor_in(index.ptr());
    const Tensor tensor = tensor_from_data(index, nullptr);
    // An empty list picks nothing.
    return tensor.numel() == 0 ? ops::to_dtype(tensor, DType::int64) : tensor;
}

/// How many dimensions an index takes up.
int64_t dimensions_of(nb::handle index) {
    if (index.is_none() || index.ptr() == Py_Ellipsis) return 0;
    if (!is_pick(index)) return 1;
    const Tensor tensor = pick_of(index);
    return tensor.dtype() == DType::bool_ ? tensor.dim() : 1;
}

std::optional<int64_t> bound(nb::handle number) {
    if (number.is_none()) return std::nullopt;
    if (is_tensor(number.ptr())) return tensor_in(number.ptr()).item().to_int();
    Py_ssize_t value = PyNumber_AsSsize_t(number.ptr(), nullptr);
    if (value == -1 && PyErr_Occurred()) nb::raise_python_error();
    return value;
}

void pick(Selection& into, int64_t& dim, Tensor places) {
    into.picks.resize(static_cast<size_t>(dim++));
    into.picks.push_back(std::move(places));
}

/// A mask stands for the places of its true elements, with an index for each of its dimensions; one without dimensions
/// takes all of a new dimension of one, or nothing of it.
void pick_mask(Selection& into, int64_t& dim, const Tensor& mask) {
    if (mask.dim() == 0) {
        into.view = call("aten::unsqueeze", {into.view, dim});
        return pick(into, dim, ops::reshape(mask, {1}));
    }
    for (int64_t d = 0; d < mask.dim(); ++d) {
        if (mask.size(d) == into.view.size(dim + d)) continue;
        throw IndexError(fmt::format(
            "The shape of the mask [{}] at index {} does not match the shape of the indexed tensor [{}] at index {}",
            fmt::join(mask.sizes(), ", "), d, fmt::join(into.view.sizes(), ", "), dim + d));
    }
    for (Tensor& places : jit::call_operator("aten::nonzero_numpy", {IValue(mask)}).to_tensor_vector())
        pick(into, dim, std::move(places));
}

Selection select(const Tensor& self, nb::handle index) {
    const nb::object indices = PyTuple_Check(index.ptr()) ? nb::borrow(index) : nb::object(nb::make_tuple(index));
    int64_t given = 0;
    for (nb::handle one : indices) given += dimensions_of(one);
    if (given > self.dim()) throw IndexError(fmt::format("too many indices for tensor of dimension {}", self.dim()));
    Selection result{self, {}};
    int64_t dim = 0;
    for (nb::handle one : indices) {
        if (one.ptr() == Py_Ellipsis) {
            dim += self.dim() - given;
        } else if (one.is_none()) {
            result.view = call("aten::unsqueeze", {result.view, dim++});
        } else if (PySlice_Check(one.ptr())) {
            const int64_t step = bound(one.attr("step")).value_or(1);
            if (step <= 0) throw ValueError("step must be greater than zero");
            const nb::object start = one.attr("start"), stop = one.attr("stop");
            result.view = call("aten::slice.Tensor",
                               {result.view, dim++, number_or_none(bound(start)), number_or_none(bound(stop)), step},
                               {{2, start}, {3, stop}});
        } else if (is_pick(one)) {
            const Tensor tensor = pick_of(one);
            if (tensor.dtype() == DType::bool_) {
                pick_mask(result, dim, tensor);
            } else if (tensor.dim() == 0 && is_integral(tensor.dtype()) && is_tensor(one.ptr()) && !is_traced(one)) {
                result.view = call("aten::select.int", {result.view, dim, tensor.item().to_int()});
            } else {
                pick(result, dim, tensor);
            }
        } else if (PyIndex_Check(one.ptr())) {
            const int64_t at = *bound(one);
            const int64_t size = result.view.size(dim);
            if (at < -size || at >= size)
                throw IndexError(fmt::format("index {} is out of bounds for dimension {} with size {}", at, dim, size));
            result.view = call("aten::select.int", {result.view, dim, at}, {{2, one}});
        } else {
            throw IndexError(
                fmt::format("only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid "
                            "indices (got {})",
                            Py_TYPE(one.ptr())->tp_name));
        }
    }
    return result;
}

IValue optional_tensors(const std::vector<Tensor>& tensors) {
    std::vector<IValue> items;
    for (const Tensor& tensor : tensors) items.emplace_back(tensor);
    return IValue(make_list(jit::optional_type(jit::tensor_type()), std::move(items)));
}

}  // namespace

Tensor get_item(const Tensor& self, nb::handle index) {
    const Selection selection = select(self, index);
    const nb::gil_scoped_release unlocked;
    if (!selection.picks.empty())
        return jit::call_operator("aten::index.Tensor", {IValue(selection.view), optional_tensors(selection.picks)})
            .to_tensor();
    // x[...] is a tensor of its own.
    return selection.view.is_same(self) ? call("aten::alias", {self}) : selection.view;
}

void set_item(const Tensor& self, nb::handle index, nb::handle value) {
    const Selection selection = select(self, index);
    const IValue given = to_ivalue(value.ptr());
    if (!given.is_tensor() && !given.is_scalar())
        throw ArgumentError(fmt::format("can't assign a {} to a Tensor", Py_TYPE(value.ptr())->tp_name));
    const nb::gil_scoped_release unlocked;
    const Tensor& view = selection.view;
    if (selection.picks.empty() && !given.is_tensor()) {
        call("aten::fill_.Scalar", {view, given});
        return;
    }
    Tensor source = given.is_tensor() ? given.to_tensor() : scalar_tensor(given.to_scalar(), view.dtype());
    if (selection.picks.empty()) {
        // Leading dimensions of one are dropped, as in NumPy.
        while (source.dim() > view.dim() && source.size(0) == 1) source = call("aten::select.int", {source, 0, 0});
        call("aten::copy_", {view, source});
        return;
    }
    jit::call_operator("aten::index_put_",
                       {IValue(view), optional_tensors(selection.picks),
                        IValue(call("aten::to.dtype", {source, static_cast<int64_t>(view.dtype())})), IValue(false)});
}

}  // namespace wick::python
