// What operators of other families do with sparse arguments: bodies made of calls on indices and values.

#include <algorithm>

#include <wick/support/check.h>
#include <wick/tensor/grad_mode.h>

#include "ops/factory_options.h"
#include "ops/families.h"
#include "ops/sparse.h"
#include "ops/sparse_call.h"

namespace wick::jit {

using namespace ops;

namespace {

/// The operator on the values in place of the sparse tensors. With self sparse the results are those values at its
/// places.
void call_on_values(const Operator& op, Args args, IValue* results, const Tensor& self) {
    std::vector<IValue> values;
    for (size_t i = 0; i < args.size(); ++i)
        values.push_back(args[i].is_tensor() && args[i].tensor_ref().is_sparse()
                             ? IValue(values_of(i == 0 ? self : args[i].tensor_ref()))
                             : args[i]);
    std::vector<IValue*> slots;
    for (IValue& value : values) slots.push_back(&value);
    IValue result;
    op.call(Args{slots.data(), slots.size()}, &result);
    if (!self.is_sparse())
        results[0] = std::move(result);
    else if (result.tensor_ref().is_same(values[0].tensor_ref()))
        results[0] = IValue(self);
    else
        results[0] = IValue(with_values(self, result.tensor_ref()));
}

/// For what is linear in self: entries in one place may stay apart.
void on_entries(const Operator& op, const void*, Args args, IValue* results) {
    call_on_values(op, args, results, args[0].to_tensor());
}
/// For any function that keeps zero.
void on_elements(const Operator& op, const void*, Args args, IValue* results) {
    const Tensor self = args[0].to_tensor();
    call_on_values(op, args, results, self.is_sparse() ? coalesced(self) : self);
}

bool is_recorded(const Tensor& a, const Tensor& b) {
    return GradMode::is_enabled() && (a.requires_grad() || b.requires_grad());
}

Tensor empty_like_sparse(const Tensor& self, MaybeDType dtype, MaybeLayout, MaybeDevice device, Pin,
                         std::optional<int64_t>) {
    check_device(device);
    const SparseTensorImpl& impl = sparse_impl(self);
    DimVector sizes(impl.values.sizes());
    sizes[0] = 0;
    return make_sparse(impl.sizes, empty({impl.indices.size(0), 0}, DType::int64),
                       empty(sizes, dtype.value_or(impl.dtype)), true);
}

Tensor add(const Tensor& self, const Tensor& other, const Scalar& alpha) {
    WICK_CHECK(!self.is_sparse() || other.is_sparse(),
               "add(sparse, dense) is not supported. Use add(dense, sparse) instead.");
    if (!self.is_sparse()) return call("aten::add.Tensor", self, call("aten::to_dense", other), alpha);
    const SparseTensorImpl &a = sparse_impl(self), &b = sparse_impl(other);
    WICK_CHECK(self.sizes() == other.sizes(), "add: expected sizes of 'self' and 'other' to match, but {} != {}",
               format_sizes(self.sizes()), format_sizes(other.sizes()));
    WICK_CHECK(a.indices.size(0) == b.indices.size(0),
               "add: expected 'self' and 'other' to have same number of sparse dimensions, but {} != {}",
               a.indices.size(0), b.indices.size(0));
    const Tensor scaled = call("aten::mul.Scalar", values_of(other), alpha);
    const Tensor values = call("aten::cat", std::vector<Tensor>{values_of(self), scaled}, 0);
    const Tensor both[] = {a.indices, b.indices};
    const Tensor sum = sparse_of(cat(both, 1), values, self.sizes());
    return a.is_coalesced && b.is_coalesced ? coalesced(sum) : sum;
}

Tensor add_inplace(const Tensor& self, const Tensor& other, const Scalar& alpha) {
    // A table stays where it is: what is added are a few rows of it.
    if (!self.is_sparse() && !is_recorded(self, other)) {
        check_can_cast(other.dtype(), self.dtype());
        add_entries(self, other, alpha);
    } else {
        overwrite_sparse(self, add(self, other, alpha));
    }
    return self;
}

Scalar minus(const Scalar& alpha) {
    return alpha.is_complex()    ? Scalar(-alpha.to_complex())
           : alpha.is_integral() ? Scalar(-alpha.to_int())
                                 : Scalar(-alpha.to_double());
}

Tensor add_number(const Tensor&, const Scalar&, const Scalar&) {
    throw OpError("add(sparse, dense) is not supported. Use add(dense, sparse) instead.");
}

}  // namespace

void register_sparse_bodies(Registry& ops) {
    // What asks for no element.
    for (const char* name : {"aten::size",
                             "aten::size.int",
                             "aten::stride",
                             "aten::stride.int",
                             "aten::dim",
                             "aten::numel",
                             "aten::storage_offset",
                             "aten::element_size",
                             "prim::itemsize",
                             "prim::nbytes",
                             "aten::len.Tensor",
                             "aten::_shape_as_tensor",
                             "aten::is_floating_point",
                             "aten::is_complex",
                             "aten::is_signed",
                             "aten::is_same_size",
                             "aten::is_conj",
                             "aten::is_neg",
                             "aten::is_inference",
                             "aten::is_distributed",
                             "prim::is_sparse",
                             "prim::is_cuda",
                             "prim::is_mkldnn",
                             "prim::is_nested",
                             "prim::is_quantized",
                             "prim::is_sparse_csr",
                             "prim::is_cpu",
                             "prim::is_meta",
                             "prim::device",
                             "prim::dtype",
                             "prim::layout",
                             "prim::name",
                             "aten::get_device",
                             "prim::requires_grad",
                             "aten::requires_grad_",
                             "aten::is_leaf",
                             "aten::is_contiguous",
                             "aten::detach",
                             "aten::alias",
                             "aten::clone",
                             "wick::geometry"})
        ops.entry(name).any_layout();

    for (const char* name :
         {"neg", "mul.Scalar", "div.Scalar", "to.dtype", "to.device", "to.dtype_layout", "to.other", "to.prim_Device",
          "to.prim_dtype", "to.prim_other", "type_as", "cpu", "real", "imag", "conj"})
        ops.entry(fmt::format("aten::{}", name)).sparse_boxed(&on_entries);
    for (const char* name : {"abs",    "absolute", "sign",     "sgn",      "floor",     "ceil",
                             "trunc",  "round",    "frac",     "sqrt",     "sin",       "tan",
                             "asin",   "atan",     "sinh",     "tanh",     "asinh",     "atanh",
                             "arcsin", "arctan",   "expm1",    "log1p",    "erf",       "relu",
                             "isnan",  "isinf",    "deg2rad",  "rad2deg",  "square",    "pow.Tensor_Scalar",
                             "erfinv", "signbit",  "isneginf", "isposinf", "nan_to_num"})
        ops.entry(fmt::format("aten::{}", name)).sparse_boxed(&on_elements);

    for (const char* name : {"empty_like", "zeros_like"})
        ops.entry(fmt::format("aten::{}", name)).sparse(&empty_like_sparse);
    ops.entry("aten::zero_").sparse([](const Tensor& self) {
        overwrite_sparse(self, call("aten::zeros_like", self));
        return self;
    });
    ops.entry("aten::copy_").sparse([](const Tensor& self, const Tensor& src, bool) {
        overwrite_sparse(self, src);
        return self;
    });

    ops.entry("aten::add.Tensor").sparse(&add);
    ops.entry("aten::add_.Tensor").sparse(&add_inplace);
    ops.entry("aten::add.Scalar").sparse(&add_number);
    ops.entry("aten::sub.Tensor").sparse([](const Tensor& self, const Tensor& other, const Scalar& alpha) {
        return add(self, other, minus(alpha));
    });
    ops.entry("aten::sub_.Tensor").sparse([](const Tensor& self, const Tensor& other, const Scalar& alpha) {
        return add_inplace(self, other, minus(alpha));
    });
}

}  // namespace wick::jit
