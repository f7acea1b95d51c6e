// Losses that look classes up: negative log likelihood, multi-class margins, connectionist temporal classification
// (Graves et al., 2006).
#include <algorithm>
#include <cmath>
#include <limits>

#include <wick/support/parallel.h>

#include "ops/families.h"
#include "ops/nn_common.h"
#include "ops/nn_loss.h"
#include "ops/op_errors.h"
#include "ops/registry.h"

namespace wick::jit {

using namespace ops;

namespace {

using Pair = std::tuple<Tensor, Tensor>;

/// A 0-d result or one value per element, summed in double.
template <class T>
Tensor reduce(const std::vector<T>& losses, IntArrayRef sizes, Reduction reduction, double divisor) {
    if (reduction == Reduction::none) {
        const Tensor out = empty(sizes, dtype_of<T>);
        std::copy(losses.begin(), losses.end(), out.mutable_data<T>());
        return out;
    }
    double sum = 0;
    for (T loss : losses) sum += static_cast<double>(loss);
    return scalar_tensor(reduction == Reduction::mean ? sum / divisor : sum, dtype_of<T>);
}

/// A class for each sample of x[N, C, d…], and for x[C] one; the words are PyTorch's, which has a function per rank.
void check_target(const Tensor& self, const Tensor& target) {
    if (self.dim() == 1) {
        WICK_CHECK_VALUE(target.dim() == 0 || (target.dim() == 1 && target.size(0) == 1),
                         "For 1D input, 1D target must have size 1, but got target size: {}",
                         target.dim() == 0 ? 0 : target.size(0));
        return;
    }
    const int64_t batch = self.size(0), given = target.dim() == 0 ? 0 : target.size(0);
    WICK_CHECK_VALUE(given == batch, "Expected input batch_size ({}) to match target batch_size ({}).", batch, given);
    DimVector expected{batch};
    for (int64_t d = 2; d < self.dim(); ++d) expected.push_back(self.size(d));
    const bool fits = target.sizes() == IntArrayRef(expected);
    if (self.dim() == 2) {
        WICK_CHECK(fits, "0D or 1D target tensor expected, multi-target not supported");
    } else if (self.dim() == 4) {
        WICK_CHECK(target.dim() == 3,
                   "only batches of spatial targets supported (3D tensors) but got targets of dimension: {}",
                   target.dim());
        WICK_CHECK(fits, "size mismatch (got input: {} , target: {}", format_sizes(self.sizes()),
                   format_sizes(target.sizes()));
    } else {
        WICK_CHECK(fits, "Expected target size {}, got {}", format_sizes(expected), format_sizes(target.sizes()));
    }
}

/// log_probs[N, C, d…] (or [C]) at target[N, d…]: −weight[t] * log_probs[t]; the mean is over the weights. Also the
/// weights' sum.
Pair nll_loss_forward(const Tensor& self, const Tensor& target, const Tensor& weight, int64_t reduction_number,
                      int64_t ignore_index) {
    WICK_CHECK(self.dim() >= 1, "input tensor should be at least 1D");
    const int64_t batch = self.dim() == 1 ? 1 : self.size(0), classes = self.dim() == 1 ? self.size(0) : self.size(1);
    check_target(self, target);
    const int64_t count = target.numel(), inner = batch == 0 ? 0 : count / batch;
    WICK_CHECK(
        !weight.defined() || weight.numel() == classes,
        "weight tensor should be defined either for all {} classes or no classes but got weight tensor of shape: {}",
        classes, format_sizes(weight.defined() ? weight.sizes() : IntArrayRef()));
    const Reduction reduction = reduction_of(reduction_number);
    const Tensor x = compute_input(self), index = class_indices(target), w = compute_input(weight, x.dtype());
    return dispatch_float(x.dtype(), "nll_loss_out_frame", [&]<class T>() -> Pair {
        std::vector<T> losses(static_cast<size_t>(count), T(0));
        const int64_t* t = index.data<int64_t>();
        double total = 0;
        for (int64_t i = 0; i < count; ++i) {
            if (t[i] == ignore_index) continue;
            WICK_CHECK_INDEX(t[i] >= 0 && t[i] < classes, "Target {} is out of bounds.", t[i]);
            const T factor = w.defined() ? w.data<T>()[t[i]] : T(1);
            losses[static_cast<size_t>(i)] = -x.data<T>()[(i / inner * classes + t[i]) * inner + i % inner] * factor;
            total += static_cast<double>(factor);
        }
        const Tensor out = reduce(losses, target.sizes(), reduction, total);
        const Tensor total_weight = scalar_tensor(reduction == Reduction::none ? 0.0 : total, x.dtype());
        return {to_dtype(out, self.dtype()), to_dtype(total_weight, self.dtype())};
    });
}

Tensor nll_loss(const Tensor& self, const Tensor& target, const Tensor& weight, int64_t reduction,
                int64_t ignore_index) {
    return std::get<0>(nll_loss_forward(self, target, weight, reduction, ignore_index));
}

/// Samples as rows of x[N, C] (or [C]).
void check_rows(const Tensor& self, const Tensor& target, bool target_per_class) {
    WICK_CHECK(self.dim() <= 2, "Expected non-empty vector or matrix with optional 0-dim batch size, but got: {}",
               format_sizes(self.sizes()));
    const int64_t rows = self.dim() == 2 ? self.size(0) : 1;
    const bool fits = target_per_class ? target.sizes() == self.sizes() : target.numel() == rows && target.dim() <= 1;
    WICK_CHECK(fits, "inconsistent target size: {} for input of size: {}", format_sizes(target.sizes()),
               format_sizes(self.sizes()));
}

/// mean over classes j != t of max(0, margin - x[t] + x[j])^p, times the right class's weight.
Tensor multi_margin_loss(const Tensor& self, const Tensor& target, Scalar p, Scalar margin, const Tensor& weight,
                         int64_t reduction) {
    check_rows(self, target, false);
    const double power = p.to_double(), gap = margin.to_double();
    WICK_CHECK(power == 1 || power == 2, "only p == 1 and p == 2 supported");
    const int64_t classes = classes_of(self), rows = self.dim() == 2 ? self.size(0) : 1;
    WICK_CHECK(!weight.defined() || weight.numel() == classes, "inconsistent weight size: {}",
               weight.defined() ? weight.numel() : 0);
    const Tensor x = compute_input(self), index = class_indices(target), w = compute_input(weight, x.dtype());
    return dispatch_float(x.dtype(), "multi_margin_loss", [&]<class T>() {
        std::vector<T> losses;
        for (int64_t r = 0; r < rows; ++r) {
            const T* row = x.data<T>() + r * classes;
            const int64_t t = index.data<int64_t>()[r];
            WICK_CHECK_INDEX(t >= 0 && t < classes, "target out of range");
            T sum = 0;
            for (int64_t j = 0; j < classes; ++j) {
                const T z = static_cast<T>(gap) - row[t] + row[j];
                if (j != t && z > 0) sum += (power == 1 ? z : z * z) * (w.defined() ? w.data<T>()[t] : T(1));
            }
            losses.push_back(sum / static_cast<T>(classes));
        }
        const IntArrayRef sizes = target.dim() == 0 ? IntArrayRef() : target.sizes();
        return to_dtype(reduce(losses, sizes, reduction_of(reduction), static_cast<double>(rows)), self.dtype());
    });
}

/// Targets of a row are the classes before the first -1; each right class competes with each wrong one.
Tensor multilabel_margin_loss(const Tensor& self, const Tensor& target, int64_t reduction) {
    check_rows(self, target, true);
    const int64_t classes = classes_of(self), rows = self.dim() == 2 ? self.size(0) : 1;
    const Tensor x = compute_input(self), index = class_indices(target);
    return dispatch_float(x.dtype(), "multilabel_margin_loss", [&]<class T>() {
        std::vector<T> losses;
        for (int64_t r = 0; r < rows; ++r) {
            const T* row = x.data<T>() + r * classes;
            const int64_t* t = index.data<int64_t>() + r * classes;
            const int64_t right = std::find(t, t + classes, -1) - t;
            std::vector<bool> is_right(static_cast<size_t>(classes), false);
            for (int64_t i = 0; i < right; ++i) {
                WICK_CHECK_INDEX(t[i] >= 0 && t[i] < classes, "target out of range");
                is_right[static_cast<size_t>(t[i])] = true;
            }
            T sum = 0;
            for (int64_t i = 0; i < right; ++i)
                for (int64_t j = 0; j < classes; ++j)
                    if (!is_right[static_cast<size_t>(j)]) sum += std::max(T(0), 1 - row[t[i]] + row[j]);
            losses.push_back(sum / static_cast<T>(classes));
        }
        const DimVector sizes = self.dim() == 2 ? DimVector{rows} : DimVector{};
        return to_dtype(reduce(losses, sizes, reduction_of(reduction), static_cast<double>(rows)), self.dtype());
    });
}

/// −log p(target) of every sample, and log alpha[N, T, 2 * longest target + 1] of the forward recursion.
Pair ctc_forward(const Tensor& log_probs, const Tensor& targets, const IntList& input_lengths,
                 const IntList& target_lengths, int64_t blank, bool zero_infinity) {
    WICK_CHECK(log_probs.dim() == 3, "ctc_loss: expected log_probs of 3 dimensions (T, N, C), got {}", log_probs.dim());
    const Tensor x = compute_input(log_probs), labels = contiguous(to_dtype(targets, DType::int64));
    const int64_t time = x.size(0), batch = x.size(1), classes = x.size(2);
    WICK_CHECK(blank >= 0 && blank < classes, "blank must be in label range");
    WICK_CHECK(static_cast<int64_t>(input_lengths.size()) == batch, "input_lengths must be of size batch_size");
    WICK_CHECK(static_cast<int64_t>(target_lengths.size()) == batch, "target_lengths must be of size batch_size");
    WICK_CHECK(labels.dim() == 1 || (labels.dim() == 2 && labels.size(0) == batch),
               "targets must be 1D or of shape (N, S), got {}", format_sizes(targets.sizes()));
    int64_t longest = 0, start = 0;
    std::vector<int64_t> offsets;
    for (int64_t n = 0; n < batch; ++n) {
        WICK_CHECK(input_lengths[n] >= 0 && input_lengths[n] <= time,
                   "Expected input_lengths to have value at most {}, but got value {} (while checking arguments for "
                   "ctc_loss_allocate_outputs)",
                   time, input_lengths[n]);
        WICK_CHECK(target_lengths[n] >= 0 && target_lengths[n] <= labels.size(-1),
                   "Expected target_lengths to have value at most {}, but got {}", labels.size(-1), target_lengths[n]);
        offsets.push_back(labels.dim() == 1 ? start : n * labels.size(1));
        start += target_lengths[n];
        longest = std::max(longest, target_lengths[n]);
    }
    WICK_CHECK(labels.dim() == 2 || start <= labels.numel(),
               "ctc_loss: targets are shorter than the sum of target_lengths, {}", start);
    for (int64_t i = 0; i < labels.numel(); ++i) {
        const int64_t label = labels.data<int64_t>()[i];
        WICK_CHECK(labels.dim() == 2 || (label >= 0 && label < classes), "ctc_loss: label {} is out of range", label);
    }
    const int64_t width = 2 * longest + 1;
    const Tensor alphas = full({batch, time, width}, -std::numeric_limits<double>::infinity(), x.dtype()),
                 loss = empty({batch}, x.dtype());
    dispatch_float(x.dtype(), "ctc_loss_cpu", [&]<class T>() {
        constexpr T kNone = -std::numeric_limits<T>::infinity();
        T* to = loss.mutable_data<T>();
        T* all = alphas.mutable_data<T>();
        parallel_for(0, batch, 1, [&](int64_t begin, int64_t end) {
            for (int64_t n = begin; n < end; ++n) {
                const int64_t* label = labels.data<int64_t>() + offsets[static_cast<size_t>(n)];
                const int64_t length = target_lengths[n], states = 2 * length + 1, steps = input_lengths[n];
                // State s is a blank when even, else label s / 2.
                const auto class_of = [&](int64_t s) {
                    const int64_t c = s % 2 == 0 ? blank : label[s / 2];
                    WICK_CHECK(c >= 0 && c < classes, "ctc_loss: label {} is out of range", c);
                    return c;
                };
                const auto p = [&](int64_t t, int64_t s) {
                    return x.data<T>()[(t * batch + n) * classes + class_of(s)];
                };
                T* alpha = all + n * time * width;
                if (steps == 0) {
                    to[n] = length == 0 ? T(0) : -kNone;
                } else {
                    alpha[0] = p(0, 0);
                    if (length > 0) alpha[1] = p(0, 1);
                    for (int64_t t = 1; t < steps; ++t) {
                        const T* before = alpha + (t - 1) * width;
                        T* now = alpha + t * width;
                        for (int64_t s = 0; s < states; ++s) {
                            const T a = before[s], b = s > 0 ? before[s - 1] : kNone;
                            const bool skips = s > 1 && s % 2 == 1 && label[s / 2] != label[s / 2 - 1];
                            const T c = skips ? before[s - 2] : kNone;
                            const T top = std::max({a, b, c});
                            now[s] = top == kNone
                                         ? kNone
                                         : std::log(std::exp(a - top) + std::exp(b - top) + std::exp(c - top)) + top +
                                               p(t, s);
                        }
                    }
                    const T* last = alpha + (steps - 1) * width;
                    const T a = last[states - 1], b = length > 0 ? last[states - 2] : kNone, top = std::max(a, b);
                    to[n] = top == kNone ? -kNone : -(std::log(std::exp(a - top) + std::exp(b - top)) + top);
                }
                if (zero_infinity && std::isinf(to[n])) to[n] = 0;
            }
        });
    });
    return {to_dtype(loss, log_probs.dtype()), to_dtype(alphas, log_probs.dtype())};
}

IntList lengths_of(const Tensor& lengths) {
    const Tensor values = contiguous(to_dtype(lengths, DType::int64));
    return IntList(values.data<int64_t>(), values.data<int64_t>() + values.numel());
}

Pair ctc_forward_tensors(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                         const Tensor& target_lengths, int64_t blank, bool zero_infinity) {
    return ctc_forward(log_probs, targets, lengths_of(input_lengths), lengths_of(target_lengths), blank, zero_infinity);
}

/// The mean is over samples of loss / target length.
Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const IntList& input_lengths,
                const IntList& target_lengths, int64_t blank, int64_t reduction_number, bool zero_infinity) {
    const bool batched = log_probs.dim() == 3;
    const Reduction reduction = reduction_of(reduction_number);
    const Tensor probs = batched ? log_probs : unsqueeze(log_probs, 1);
    const Tensor losses = std::get<0>(ctc_forward(probs, targets, input_lengths, target_lengths, blank, zero_infinity));
    if (reduction == Reduction::none) return batched ? losses : squeeze(losses, 0);
    const Tensor x = compute_input(losses, DType::float64);
    double sum = 0;
    for (int64_t n = 0; n < x.numel(); ++n) {
        const double loss = x.data<double>()[n];
        sum +=
            reduction == Reduction::mean ? loss / static_cast<double>(std::max<int64_t>(target_lengths[n], 1)) : loss;
    }
    return scalar_tensor(reduction == Reduction::mean ? sum / static_cast<double>(x.numel()) : sum, log_probs.dtype());
}

Tensor ctc_loss_tensors(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                        const Tensor& target_lengths, int64_t blank, int64_t reduction, bool zero_infinity) {
    return ctc_loss(log_probs, targets, lengths_of(input_lengths), lengths_of(target_lengths), blank, reduction,
                    zero_infinity);
}

}  // namespace

void register_nn_loss_classes(Registry& ops) {
    for (std::string_view name : {"nll_loss", "nll_loss2d"}) {
        ops.add(fmt::format("aten::{}(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, SymInt "
                            "ignore_index=-100) -> Tensor",
                            name))
            .kernel(&nll_loss)
            .out()
            .decomposition(R"(
def nll_loss(self: Tensor, target: Tensor, weight: Optional[Tensor], reduction: int, ignore_index: int) -> Tensor:
    return torch.nll_loss_forward(self, target, weight, reduction, ignore_index)[0]
)");
        ops.add(fmt::format("aten::{}_forward(Tensor self, Tensor target, Tensor? weight, int reduction, SymInt "
                            "ignore_index) -> (Tensor output, Tensor total_weight)",
                            name))
            .kernel(&nll_loss_forward)
            .out("output")
            .derivative(
                "self",
                "torch.nll_loss_backward(grad_output, self, target, weight, reduction, ignore_index, total_weight)")
            .gradient_name(name == "nll_loss" ? "NllLossBackward0" : "NllLoss2DBackward0");
    }
    ops.add(
           "aten::nll_loss_nd(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, SymInt "
           "ignore_index=-100) -> Tensor")
        .kernel(&nll_loss)
        .decomposition(R"(
def nll_loss_nd(self: Tensor, target: Tensor, weight: Optional[Tensor], reduction: int, ignore_index: int) -> Tensor:
    return torch.nll_loss_forward(self, target, weight, reduction, ignore_index)[0]
)");
    ops.add(
           "aten::multi_margin_loss(Tensor self, Tensor target, Scalar p=1, Scalar margin=1, Tensor? weight=None, int "
           "reduction=1) -> Tensor")
        .kernel(&multi_margin_loss)
        .out()
        .derivative("self", "torch.multi_margin_loss_backward(grad, self, target, p, margin, weight, reduction)");
    ops.add("aten::multilabel_margin_loss(Tensor self, Tensor target, int reduction=1) -> Tensor")
        .kernel(&multilabel_margin_loss)
        .out()
        .derivative("self", "ops.wick.multilabel_margin_loss_backward(grad, self, target, reduction)");
    ops.add(
           "aten::ctc_loss.IntList(Tensor log_probs, Tensor targets, int[] input_lengths, int[] target_lengths, int "
           "blank=0, int reduction=1, bool zero_infinity=False) -> Tensor")
        .kernel(&ctc_loss)
        .decomposition(R"(
def ctc_loss(log_probs: Tensor, targets: Tensor, input_lengths: List[int], target_lengths: List[int], blank: int, reduction: int, zero_infinity: bool) -> Tensor:
    probs = log_probs if log_probs.dim() == 3 else log_probs.unsqueeze(1)
    losses = torch._ctc_loss(probs, targets, input_lengths, target_lengths, blank, zero_infinity)[0]
    if reduction == 1:
        divisors = torch.tensor([max(n, 1) for n in target_lengths], dtype=losses.dtype)
        result = (losses / divisors).mean()
    elif reduction == 2:
        result = losses.sum()
    else:
        result = losses if log_probs.dim() == 3 else losses.squeeze(0)
    return result
)");
    ops.add(
           "aten::ctc_loss.Tensor(Tensor log_probs, Tensor targets, Tensor input_lengths, Tensor target_lengths, int "
           "blank=0, int reduction=1, bool zero_infinity=False) -> Tensor")
        .kernel(&ctc_loss_tensors)
        .decomposition(R"(
def ctc_loss(log_probs: Tensor, targets: Tensor, input_lengths: Tensor, target_lengths: Tensor, blank: int, reduction: int, zero_infinity: bool) -> Tensor:
    inputs: List[int] = input_lengths.tolist()
    lengths: List[int] = target_lengths.tolist()
    return torch.ctc_loss(log_probs, targets, inputs, lengths, blank, reduction, zero_infinity)
)");
    ops.add(
           "aten::_ctc_loss(Tensor log_probs, Tensor targets, int[] input_lengths, int[] target_lengths, int blank=0, "
           "bool zero_infinity=False) -> (Tensor, Tensor)")
        .kernel(&ctc_forward)
        .derivative("log_probs",
                    "torch._ctc_loss_backward(grad0, log_probs, targets, input_lengths, target_lengths, result0, "
                    "result1, blank, zero_infinity)");
    ops.add(
           "aten::_ctc_loss.Tensor(Tensor log_probs, Tensor targets, Tensor input_lengths, Tensor target_lengths, int "
           "blank=0, bool zero_infinity=False) -> (Tensor, Tensor)")
        .kernel(&ctc_forward_tensors)
        .decomposition(R"(
def _ctc_loss(log_probs: Tensor, targets: Tensor, input_lengths: Tensor, target_lengths: Tensor, blank: int, zero_infinity: bool) -> Tuple[Tensor, Tensor]:
    inputs: List[int] = input_lengths.tolist()
    lengths: List[int] = target_lengths.tolist()
    return torch._ctc_loss(log_probs, targets, inputs, lengths, blank, zero_infinity)
)");
}

}  // namespace wick::jit
