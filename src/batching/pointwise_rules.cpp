// Elements with elements.

#include <algorithm>

#include "batching/rules.h"
#include "ops/pointwise.h"
#include "ops/recorded.h"

namespace wick::batching {

namespace {

bool is_flag(const jit::Argument& formal) { return formal.name == "condition" || formal.name == "mask"; }

/// Numbers of no dimension count less in type promotion than tensors do. Those of a batch have one by now: they take
/// the dtype that tensors beside them have, unless theirs is of a higher kind.
void promote_numbers(const BatchedCall& call, std::vector<IValue>& arguments) {
    std::vector<ops::Operand> tensors;
    for (const IValue& value : arguments)
        if (BatchedCall::is_tensor(value)) tensors.emplace_back(value.tensor_ref());
    std::vector<ops::Operand> wide;
    for (size_t i = 0; i < call.args.size(); ++i)
        if (BatchedCall::is_tensor(call.args[i]) && BatchedCall::rank(call.args[i]) > 0)
            wide.emplace_back(arguments[i].tensor_ref());
    if (wide.empty() || wide.size() == tensors.size()) return;
    const DType common = ops::result_type(wide);
    for (size_t i = 0; i < call.args.size(); ++i) {
        if (!call.is_batched(call.args[i]) || BatchedCall::rank(call.args[i]) > 0 ||
            is_flag(call.op.schema().arguments[i]))
            continue;
        const DType own = arguments[i].tensor_ref().dtype();
        const bool is_higher = (is_complex(own) && !is_complex(common)) ||
                               (is_floating(own) && is_integral(common, true)) ||
                               (own != DType::bool_ && common == DType::bool_);
        if (!is_higher) arguments[i] = ops::recorded::to_dtype(arguments[i].tensor_ref(), common);
    }
}

}  // namespace

void batch_pointwise(BatchedCall& call) {
    const int64_t rank = call.largest_rank();
    std::vector<IValue> arguments;
    for (size_t i = 0; i < call.args.size(); ++i) {
        const IValue& value = call.args[i];
        arguments.push_back(!BatchedCall::is_tensor(value) ? value
                            : rank == 0                    ? IValue(call.all(value))
                                                           : IValue(call.aligned(value, rank)));
    }
    if (rank > 0) promote_numbers(call, arguments);
    call.give(std::move(arguments));
}

const std::vector<RuleRow> kPointwiseRules = {
    {&batch_pointwise,
     "aten::copy_ aten::fill_.Scalar aten::fill_.Tensor aten::zero_ aten::masked_fill.Scalar aten::masked_fill_.Scalar "
     "aten::lerp "
     "aten::where.self aten::where.ScalarSelf aten::where.ScalarOther aten::where.Scalar aten::fill aten::copy "
     "aten::complex "
     "aten::polar aten::frexp.Tensor aten::prelu aten::real aten::imag aten::conj aten::_conj "
     "aten::resolve_conj aten::resolve_neg aten::_conj_physical aten::conj_physical aten::angle aten::polygamma "
     "aten::positive aten::gelu_backward wick::clamp_backward wick::clamp_backward_min wick::clamp_backward_max "
     "wick::polar_backward wick::angle_backward aten::i0 aten::special_i0 aten::special_i0e aten::special_i1 "
     "aten::special_i1e "
     "aten::special_airy_ai aten::special_erfcx aten::special_ndtr aten::special_ndtri aten::special_log_ndtr "
     "aten::special_entr aten::special_multigammaln aten::special_polygamma aten::special_zeta aten::lgamma "
     "aten::digamma "
     "aten::polygamma aten::erfinv aten::special_bessel_j0 aten::special_bessel_j1 aten::special_bessel_y0 "
     "aten::special_bessel_y1 aten::special_modified_bessel_i0 aten::special_modified_bessel_i1 "
     "aten::special_modified_bessel_k0 aten::special_modified_bessel_k1 aten::igamma aten::igammac aten::nextafter"},
};

}  // namespace wick::batching
