// What is done along dimensions: views, reductions, scans, sorting, products of matrices of a stack, factories.

#include <algorithm>
#include <array>
#include <span>

#include <wick/support/check.h>

#include "batching/rules.h"
#include "ops/recorded.h"

namespace wick::batching {

using namespace ops;

namespace {

constexpr std::array<std::string_view, 12> kDimensions = {"dim",       "dims",   "dim0",      "dim1",
                                                          "dim2",      "axis0",  "axis1",     "end_dim",
                                                          "start_dim", "source", "dimension", "destination"};
constexpr std::array<std::string_view, 3> kSizes = {"size", "shape", "input_sizes"};

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
    return std::ranges::find(names, name) != names.end();
}

/// Whose result has a dimension more than each tensor, which negative numbers count from.
bool adds_dimension(const Operator& op) {
    return op.name == "aten::unsqueeze" || op.name == "aten::stack" || op.name == "aten::diag_embed" ||
           op.name == "aten::select_backward" || op.name == "aten::diagonal_backward";
}

/// How many dimensions the first tensor has: the one whose dimensions are meant.
int64_t first_rank(const BatchedCall& call) {
    for (size_t i = 0; i < call.args.size(); ++i) {
        if (BatchedCall::is_tensor(call.args[i])) return BatchedCall::rank(call.args[i]);
        if (call.is_batched(call.args[i])) return BatchedCall::rank(snapshot(call.args[i].to_list())->items.at(0));
    }
    return 0;
}

IValue ints(const std::vector<int64_t>& numbers) { return IValue(numbers); }

std::vector<int64_t> with_front(int64_t first, const std::vector<int64_t>& rest) {
    std::vector<int64_t> all{first};
    all.insert(all.end(), rest.begin(), rest.end());
    return all;
}

Tensor flat(const Tensor& all) { return recorded::reshape(all, {all.size(0), -1}); }

/// The operator with all dimensions of each as one, that of number 1.
void give_flat(BatchedCall& call, size_t dim, std::vector<IValue> arguments) {
    const int64_t rank = first_rank(call);
    for (IValue& value : arguments)
        if (BatchedCall::is_tensor(value)) value = flat(value.to_tensor());
    arguments[dim] = int64_t{1};
    std::vector<IValue> found(call.result_count());
    BatchedCall::call(call.op, arguments, found.data());
    for (size_t i = 0; i < found.size(); ++i) {
        DimVector sizes{call.size};
        const bool keeps = call.has("keepdim") && call.argument("keepdim").to_bool();
        if (keeps) sizes.resize(static_cast<size_t>(rank + 1), 1);
        const Tensor result = found[i].to_tensor();
        call.give(i, keeps ? recorded::reshape(result, sizes) : result);
    }
}

/// Dimensions by their numbers move up by one; sizes get that of the batch.
void batch_along(BatchedCall& call) {
    const std::vector<jit::Argument>& formal = call.op.schema().arguments;
    std::vector<IValue> arguments = call.all_arguments();
    const int64_t rank = first_rank(call), counted = rank + (adds_dimension(call.op) ? 1 : 0);
    // A number is treated as a row of one.
    bool is_row = false;
    const auto above = [&](int64_t d) {
        is_row |= rank == 0 && !adds_dimension(call.op);
        return wrap_dim(d, counted) + 1;
    };
    for (size_t i = 0; i < formal.size(); ++i) {
        const IValue& value = call.args[i];
        const bool is_list = value.is_list();
        if (is_one_of(formal[i].name, kDimensions)) {
            const bool takes_list = is_list || formal[i].type->str().find('[') != std::string::npos;
            if (value.is_none() && !takes_list) return give_flat(call, i, std::move(arguments));
            if (value.is_none() && call.has("s") && !call.argument("s").is_none()) continue;  // the last of them
            if (value.is_int()) {
                const int64_t moved = above(value.to_int());
                arguments[i] = takes_list ? ints({moved}) : IValue(moved);
                continue;
            }
            std::vector<int64_t> dims;
            if (is_list)
                for (const int64_t d : value.to_int_vector()) dims.push_back(above(d));
            if (call.op.name == "aten::permute" || call.op.name == "wick::permute_backward") dims = with_front(0, dims);
            // None and no dimension are all of them.
            if (dims.empty() && call.op.name != "aten::flip" && call.op.name != "aten::squeeze")
                for (int64_t d = 0; d < std::max<int64_t>(rank, 1); ++d) dims.push_back(above(rank == 0 ? 0 : d));
            arguments[i] = ints(dims);
        } else if (is_list && (is_one_of(formal[i].name, kSizes) ||
                               (formal[i].name == "sizes" && call.op.name != "aten::unflatten"))) {
            arguments[i] = ints(with_front(call.size, value.to_int_vector()));
        }
    }
    if (!is_row) return call.give(std::move(arguments));
    for (IValue& value : arguments)
        if (BatchedCall::is_tensor(value) && value.tensor_ref().dim() == 1)
            value = recorded::unsqueeze(value.to_tensor(), 1);
    std::vector<IValue> found(call.result_count());
    BatchedCall::call(call.op, arguments, found.data());
    for (size_t i = 0; i < found.size(); ++i) {
        const Tensor result = found[i].to_tensor();
        call.give(i, result.dim() > 1 ? recorded::reshape(result, {call.size}) : result);
    }
}

/// Dimensions before the others: expand and repeat.
void batch_in_front(BatchedCall& call) {
    const std::vector<int64_t> sizes = call.args[1].to_int_vector();
    std::vector<IValue> arguments(call.args.size());
    for (size_t i = 0; i < arguments.size(); ++i) arguments[i] = call.args[i];
    arguments[0] = call.aligned(call.args[0], static_cast<int64_t>(sizes.size()));
    arguments[1] = ints(with_front(call.op.name == "aten::repeat" ? 1 : call.size, sizes));
    call.give(std::move(arguments));
}

/// The reductions of all elements, by those of a dimension.
struct OfDimension {
    std::string_view whole, of_dimension;
};
constexpr OfDimension kReductions[] = {
    {"aten::sum", "aten::sum.dim_IntList"},
    {"aten::nansum", "aten::nansum"},
    {"aten::mean", "aten::mean.dim"},
    {"aten::prod", "aten::prod.dim_int"},
    {"aten::max", "aten::amax"},
    {"aten::min", "aten::amin"},
    {"aten::all", "aten::all.dim"},
    {"aten::any", "aten::any.dim"},
    {"aten::median", "aten::median.dim"},
    {"aten::nanmedian", "aten::nanmedian.dim"},
    {"aten::std", "aten::std.dim"},
    {"aten::var", "aten::var.dim"},
    {"aten::std_mean", "aten::std_mean.dim"},
    {"aten::var_mean", "aten::var_mean.dim"},
    {"aten::norm.Scalar", "aten::norm.ScalarOpt_dim"},
    {"aten::norm.ScalarOpt_dtype", "aten::norm.ScalarOpt_dim_dtype"},
};

void batch_whole(BatchedCall& call) {
    const auto row = std::ranges::find(kReductions, call.op.operator_name(), &OfDimension::whole);
    WICK_ASSERT(row != std::end(kReductions));
    const Operator& other = operator_named(row->of_dimension);
    std::vector<IValue> arguments;
    for (const jit::Argument& formal : other.schema().arguments) {
        if (formal.name == "self")
            arguments.emplace_back(flat(call.all(call.args[0])));
        else if (formal.name == "dim")
            arguments.push_back(formal.type->str().find('[') != std::string::npos ? ints({1}) : IValue(int64_t{1}));
        else
            arguments.push_back(call.has(formal.name) ? call.argument(formal.name)
                                                      : formal.default_value.value_or(IValue(false)));
    }
    std::vector<IValue> found(std::max<size_t>(other.schema().returns.size(), 1));
    BatchedCall::call(other, arguments, found.data());
    for (size_t i = 0; i < call.result_count(); ++i) call.give(i, found[i]);
}

void batch_sum_to_size(BatchedCall& call) {
    const std::vector<int64_t> sizes = call.args[1].to_int_vector();
    const Tensor all = call.all(call.args[0]);
    const auto lead = static_cast<size_t>(all.dim() - 1) - sizes.size();
    std::vector<int64_t> dims;
    for (size_t d = 0; d + 1 < static_cast<size_t>(all.dim()); ++d)
        if (d < lead || (sizes[d - lead] == 1 && all.sizes()[d + 1] != 1)) dims.push_back(static_cast<int64_t>(d) + 1);
    const Tensor sum = dims.empty() ? all : recorded::sum(all, dims, true);
    call.give(0, recorded::reshape(sum, with_front(call.size, sizes)));
}

/// A reduction's gradient for each element that was reduced.
void batch_expand_reduced(BatchedCall& call) {
    const std::vector<int64_t> sizes = call.argument("size").to_int_vector();
    const auto rank = static_cast<int64_t>(sizes.size());
    std::vector<int64_t> kept = with_front(call.size, sizes), dims;
    if (!call.argument("dim").is_none()) dims = call.argument("dim").to_int_vector();
    for (int64_t d = 0; d < rank && dims.empty(); ++d) kept[static_cast<size_t>(d) + 1] = 1;
    for (const int64_t d : dims)
        if (rank > 0) kept[static_cast<size_t>(wrap_dim(d, rank)) + 1] = 1;
    call.give(0, recorded::expand(recorded::reshape(call.all(call.args[0]), kept), with_front(call.size, sizes)));
}

/// Elements of a stretch of memory that each tensor has for itself.
void batch_as_strided_backward(BatchedCall& call) {
    const auto list = [&](std::string_view name) { return call.argument(name).to_int_vector(); };
    const auto reach = [](const std::vector<int64_t>& size, const std::vector<int64_t>& stride, int64_t offset) {
        int64_t last = offset;
        for (size_t d = 0; d < size.size(); ++d) last += std::max<int64_t>(size[d] - 1, 0) * stride[d];
        return last + 1;
    };
    const int64_t own = call.argument("self_offset").to_int();
    const IValue& offset = call.argument("storage_offset");
    const int64_t stretch = std::max(reach(list("self_size"), list("self_stride"), own),
                                     reach(list("size"), list("stride"), offset.is_none() ? own : offset.to_int()));
    std::vector<IValue> arguments = call.all_arguments();
    for (const std::string_view name : {"self_size", "size"})
        arguments[call.at(name)] = ints(with_front(call.size, list(name)));
    for (const std::string_view name : {"self_stride", "stride"})
        arguments[call.at(name)] = ints(with_front(stretch, list(name)));
    call.give(std::move(arguments));
}

/// The operator works on the last dimensions, whatever there is before them; what has fewer dimensions gets them in
/// front of its own.
void batch_stacked(BatchedCall& call) {
    const int64_t rank = call.largest_rank();
    std::vector<IValue> arguments = call.all_arguments();
    for (size_t i = 0; i < arguments.size(); ++i) {
        if (!BatchedCall::is_tensor(call.args[i]) || BatchedCall::rank(call.args[i]) == rank) continue;
        DimVector sizes(arguments[i].tensor_ref().sizes());
        while (static_cast<int64_t>(sizes.size()) <= rank) sizes.insert(1, 1);
        arguments[i] = recorded::reshape(arguments[i].to_tensor(), sizes);
    }
    call.give(std::move(arguments));
}

/// Right sides may be vectors.
void batch_solve(BatchedCall& call) {
    const int64_t rank = BatchedCall::rank(call.args[0]);
    if (BatchedCall::rank(call.args[1]) != rank - 1) return batch_stacked(call);
    std::vector<IValue> arguments = call.all_arguments();
    arguments[1] = recorded::unsqueeze(arguments[1].to_tensor(), -1);
    IValue found;
    BatchedCall::call(call.op, arguments, &found);
    call.give(0, recorded::squeeze(found.to_tensor(), -1));
}

/// The sizes and dtype of a tensor are all that is asked for.
void batch_like(BatchedCall& call) { call.give(call.all_arguments()); }

void batch_roll(BatchedCall& call) {
    if (!call.argument("dims").to_int_vector().empty()) return batch_along(call);
    const Tensor all = call.all(call.args[0]);
    const Tensor rolled = recorded::call("aten::roll", flat(all), call.args[1], ints({1}));
    call.give(0, recorded::reshape(rolled, all.sizes()));
}

}  // namespace

const std::vector<RuleRow> kShapeRules = {
    {&batch_whole,
     "aten::sum aten::mean aten::prod aten::max aten::min aten::all aten::any aten::median aten::nanmedian aten::std "
     "aten::var aten::std_mean aten::var_mean aten::norm.Scalar aten::norm.ScalarOpt_dtype"},
    {&batch_along,
     // views
     "aten::select.int aten::slice.Tensor aten::narrow aten::transpose.int aten::swapaxes aten::swapdims aten::permute "
     "aten::movedim aten::moveaxis aten::unsqueeze aten::squeeze.dim aten::squeeze.dims aten::flatten.using_ints "
     "aten::unflatten.int aten::unfold aten::view aten::reshape aten::_unsafe_view aten::view_as_real "
     "aten::view_as_complex aten::alias aten::detach aten::diagonal aten::chunk aten::split aten::split_with_sizes "
     "aten::unbind.int aten::tensor_split aten::unsafe_chunk aten::unsafe_split aten::unsafe_split_with_sizes "
     "aten::mT aten::mH aten::adjoint aten::linalg_diagonal wick::permute_backward "
     // reductions
     "aten::sum.dim_IntList aten::nansum aten::mean.dim aten::nanmean aten::prod.dim_int aten::amax aten::amin "
     "aten::aminmax aten::max.dim aten::min.dim aten::median.dim aten::nanmedian.dim aten::mode aten::kthvalue "
     "aten::all.dim aten::all.dims aten::any.dim aten::any.dims aten::logsumexp aten::argmax aten::argmin "
     "aten::std.dim "
     "aten::std.correction aten::var.dim aten::var.correction aten::std_mean.dim aten::std_mean.correction "
     "aten::var_mean.dim aten::var_mean.correction aten::norm.ScalarOpt_dim aten::norm.ScalarOpt_dim_dtype "
     "aten::linalg_vector_norm aten::linalg_matrix_norm aten::count_nonzero "
     // along a dimension
     "aten::cumsum aten::cumprod aten::cummax aten::cummin aten::logcumsumexp aten::softmax.int aten::log_softmax.int "
     "aten::_softmax aten::_log_softmax aten::sort aten::argsort aten::topk aten::flip aten::gather aten::scatter "
     "aten::scatter_add aten::scatter_reduce.two aten::glu aten::cat aten::concat aten::concatenate aten::stack "
     "aten::tril "
     "aten::triu aten::diag_embed aten::linalg_vecdot aten::trapezoid.dx aten::cosine_similarity "
     "aten::select_scatter aten::slice_scatter aten::diagonal_scatter "
     // factories and copies
     "aten::new_zeros aten::new_ones aten::new_full aten::new_empty aten::clone aten::contiguous aten::to.dtype "
     "aten::to.device aten::to.dtype_layout aten::to.prim_Device aten::to.prim_dtype aten::cpu aten::lift "
     "aten::lift_fresh "
     "aten::constant_pad_nd aten::one_hot aten::_cast_Float aten::_cast_Double aten::_cast_Long "
     // gradients
     "aten::select_backward aten::slice_backward aten::diagonal_backward "
     "aten::_softmax_backward_data aten::_log_softmax_backward_data "
     // spectra
     "aten::fft_fft aten::fft_ifft aten::fft_rfft aten::fft_irfft aten::fft_hfft aten::fft_ihfft aten::fft_fft2 "
     "aten::fft_ifft2 aten::fft_rfft2 aten::fft_irfft2 aten::fft_fftn aten::fft_ifftn aten::fft_rfftn aten::fft_irfftn "
     "aten::fft_fftshift aten::fft_ifftshift aten::_fft_c2c aten::_fft_c2r aten::_fft_r2c"},
    {&batch_like,
     "aten::zeros_like aten::ones_like aten::full_like aten::empty_like aten::linalg_householder_product aten::orgqr"},
    {&batch_in_front, "aten::expand aten::broadcast_to aten::repeat"},
    {&batch_roll, "aten::roll"},
    {&batch_solve, "aten::linalg_solve"},
    {&batch_expand_reduced, "wick::expand_reduced"},
    {&batch_sum_to_size, "aten::sum_to_size"},
    {&batch_as_strided_backward, "wick::as_strided_backward"},
    {&batch_stacked,
     "aten::cdist aten::linalg_inv aten::inverse aten::linalg_inv_ex aten::linalg_det aten::det aten::linalg_slogdet "
     "aten::slogdet aten::logdet aten::linalg_cholesky aten::linalg_cholesky_ex aten::cholesky aten::linalg_qr "
     "aten::linalg_svd aten::linalg_eigh aten::linalg_eig aten::linalg_eigvals aten::linalg_lu_factor "
     "aten::linalg_lu_factor_ex aten::linalg_matrix_exp aten::matrix_exp aten::linalg_solve_triangular "
     "aten::cholesky_solve aten::pixel_shuffle aten::pixel_unshuffle aten::linalg_lu aten::lu_unpack "
     "aten::linalg_pinv.atol_rtol_float "
     "aten::pinverse"},
};

}  // namespace wick::batching
