#include "ops/subscript.h"

#include <fmt/format.h>
#include <string_view>
#include <vector>

#include "ops/registry.h"
#include "ops/tensor_ops.h"
#include "ops/tracing.h"
#include "tensor/batched_tensor.h"

namespace wick {

using indexing::TensorIndex;

indexing::TensorIndex::TensorIndex(const char* ellipsis) : kind_(Kind::ellipsis) {
    WICK_CHECK(std::string_view(ellipsis) == "...", "Expected \"...\" to represent an ellipsis index, but got \"{}\"",
               ellipsis);
}

namespace jit {
namespace {

/// What an index comes to: a view, and tensors that pick from its dimensions (undefined: the whole dimension).
struct Selection {
    Tensor view;
    std::vector<IValue> picks;
};

/// By name, so that it is recorded; `traced` are numbers of a trace among the arguments.
Tensor call(std::string_view op, std::vector<IValue> arguments, std::vector<Value*> traced = {}) {
    if (!is_tracing()) return call_operator(op, std::move(arguments)).to_tensor();
    const TracedArguments of_the_call(std::move(traced));
    return call_operator(op, std::move(arguments)).to_tensor();
}

IValue bound(indexing::Slice::Bound number) { return number ? IValue(*number) : IValue(); }

/// How many dimensions an index takes up.
int64_t dimensions_of(const TensorIndex& index) {
    switch (index.kind()) {
        case TensorIndex::Kind::none:
        case TensorIndex::Kind::ellipsis:
            return 0;
        case TensorIndex::Kind::tensor:
            WICK_CHECK(index.tensor().defined(), "an index is an undefined tensor");
            return index.tensor().dtype() == DType::bool_ ? index.tensor().dim() : 1;
        default:
            return 1;
    }
}

void pick(Selection& into, int64_t& dim, Tensor places) {
    into.picks.resize(static_cast<size_t>(dim++));
    into.picks.emplace_back(std::move(places));
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
    for (Tensor& places : call_operator("aten::nonzero_numpy", {IValue(mask)}).to_tensor_vector())
        pick(into, dim, std::move(places));
}

/// `number`: which dimension of the subscripted tensor that is.
void select_integer(Selection& into, int64_t dim, int64_t number, int64_t at, Value* traced) {
    const int64_t size = into.view.size(dim);
    if (at < -size || at >= size)
        throw IndexError(fmt::format("index {} is out of bounds for dimension {} with size {}", at, number, size));
    into.view = call("aten::select.int", {into.view, dim, at}, {nullptr, nullptr, traced});
}

void select_tensor(Selection& into, int64_t& dim, const Tensor& tensor, bool is_traced) {
    if (tensor.dtype() == DType::bool_)
        pick_mask(into, dim, tensor);
    else if (tensor.dim() == 0 && is_integral(tensor.dtype()) && !is_traced && !is_batched(tensor))
        into.view = call("aten::select.int", {into.view, dim, tensor.item().to_int()});
    else
        pick(into, dim, tensor);
}

Selection selection_of(const Tensor& self, ArrayRef<TensorIndex> indices, ArrayRef<TracedIndex> traced) {
    int64_t given = 0;
    for (const TensorIndex& one : indices) given += dimensions_of(one);
    if (given > self.dim() && self.dim() == 0 && indices[0].kind() == TensorIndex::Kind::integer)
        throw IndexError(
            "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a "
            "0-dim tensor to a number");
    if (given > self.dim() && self.dim() == 0 && indices[0].kind() == TensorIndex::Kind::slice)
        throw IndexError("slice() cannot be applied to a 0-dim tensor.");
    if (given > self.dim()) throw IndexError(fmt::format("too many indices for tensor of dimension {}", self.dim()));
    // A mask of all elements is an index as it is.
    if (indices.size() == 1 && indices[0].kind() == TensorIndex::Kind::tensor && self.dim() > 0 &&
        indices[0].tensor().dtype() == DType::bool_ && indices[0].tensor().sizes() == self.sizes())
        return {self, {IValue(indices[0].tensor())}};
    Selection result{self, {}};
    int64_t dim = 0, passed = 0;  // in the view, and of self
    for (size_t i = 0; i < indices.size(); ++i) {
        const TensorIndex& one = indices[i];
        const TracedIndex in_trace = traced.empty() ? TracedIndex() : traced[i];
        switch (one.kind()) {
            case TensorIndex::Kind::ellipsis:
                dim += self.dim() - given;
                passed += self.dim() - given;
                break;
            case TensorIndex::Kind::none:
                result.view = call("aten::unsqueeze", {result.view, dim++});
                break;
            case TensorIndex::Kind::slice:
                result.view = call(
                    "aten::slice.Tensor",
                    {result.view, dim++, bound(one.slice().start()), bound(one.slice().stop()), one.slice().step()},
                    {nullptr, nullptr, in_trace.start, in_trace.stop, nullptr});
                break;
            case TensorIndex::Kind::tensor:
                select_tensor(result, dim, one.tensor(), in_trace.is_traced_tensor);
                break;
            case TensorIndex::Kind::integer:
                select_integer(result, dim, passed, one.integer(), in_trace.start);
                break;
        }
        passed += dimensions_of(one);
    }
    return result;
}

IValue optional_tensors(std::vector<IValue> tensors) {
    return IValue(make_list(optional_type(tensor_type()), std::move(tensors)));
}

}  // namespace

Tensor get_item(const Tensor& self, ArrayRef<TensorIndex> indices, ArrayRef<TracedIndex> traced) {
    Selection selection = selection_of(self, indices, traced);
    if (!selection.picks.empty())
        return call("aten::index.Tensor", {selection.view, optional_tensors(std::move(selection.picks))});
    // x[...] is a tensor of its own.
    return selection.view.is_same(self) ? call("aten::alias", {self}) : selection.view;
}

void set_item(const Tensor& self, ArrayRef<TensorIndex> indices, const IValue& value, ArrayRef<TracedIndex> traced) {
    Selection selection = selection_of(self, indices, traced);
    const Tensor& view = selection.view;
    if (selection.picks.empty() && !value.is_tensor()) {
        call("aten::fill_.Scalar", {view, value});
        return;
    }
    Tensor source = value.is_tensor() ? value.to_tensor() : scalar_tensor(value.to_scalar(), view.dtype());
    if (selection.picks.empty()) {
        // Leading dimensions of one are dropped, as in NumPy.
        while (source.dim() > view.dim() && source.size(0) == 1) source = call("aten::select.int", {source, 0, 0});
        call("aten::copy_", {view, source});
        return;
    }
    call("aten::index_put_", {view, optional_tensors(std::move(selection.picks)),
                              call("aten::to.dtype", {source, static_cast<int64_t>(view.dtype())}), false});
}

}  // namespace jit

// What Tensor says about indices --------------------------------------------------------------------------------------

Tensor Tensor::index(ArrayRef<TensorIndex> indices) const { return jit::get_item(*this, indices); }
Tensor Tensor::index(std::initializer_list<TensorIndex> indices) const { return index(ArrayRef(indices)); }
Tensor Tensor::operator[](int64_t position) const { return index({position}); }
Tensor Tensor::operator[](const Tensor& places) const { return index({places}); }

Tensor& Tensor::index_put_(ArrayRef<TensorIndex> indices, const Tensor& values) const {
    jit::set_item(*this, indices, IValue(values));
    return const_cast<Tensor&>(*this);
}
Tensor& Tensor::index_put_(ArrayRef<TensorIndex> indices, const Scalar& value) const {
    jit::set_item(*this, indices, IValue(value));
    return const_cast<Tensor&>(*this);
}
Tensor& Tensor::index_put_(std::initializer_list<TensorIndex> indices, const Tensor& values) const {
    return index_put_(ArrayRef(indices), values);
}
Tensor& Tensor::index_put_(std::initializer_list<TensorIndex> indices, const Scalar& value) const {
    return index_put_(ArrayRef(indices), value);
}

Tensor& Tensor::operator=(const Tensor& source) && {
    jit::call_operator("aten::copy_", {IValue(*this), IValue(source)});
    return *this;
}
Tensor& Tensor::operator=(const Scalar& value) && {
    jit::call_operator("aten::fill_.Scalar", {IValue(*this), IValue(value)});
    return *this;
}

}  // namespace wick
