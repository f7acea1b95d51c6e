// Gradients of the losses that look classes up (nn_loss_classes.cpp).
#include <algorithm>
#include <cmath>
#include <limits>

#include <wick/support/parallel.h>

#include "ops/nn_common.h"
#include "ops/nn_loss.h"
#include "ops/registry.h"

namespace wick::jit {

using namespace ops;

namespace {

/// What the loss of each of `count` samples is multiplied with: an element of the gradient, or its only one divided.
template <class T>
struct SampleGradient {
    SampleGradient(const Tensor& grad_output, int64_t reduction, double divisor)
        : grad(compute_input(grad_output, dtype_of<T>)),
          each(reduction_of(reduction) == Reduction::none),
          scale(reduction_of(reduction) == Reduction::mean ? 1 / divisor : 1.0) {}
    T at(int64_t sample) const {
        return each ? grad.template data<T>()[sample]
                    : static_cast<T>(static_cast<double>(grad.template data<T>()[0]) * scale);
    }
    Tensor grad;
    bool each;
    double scale;
};

Tensor nll_loss_backward(const Tensor& grad_output, const Tensor& self, const Tensor& target, const Tensor& weight,
                         int64_t reduction, int64_t ignore_index, const Tensor& total_weight) {
    const Tensor index = class_indices(target), w = compute_input(weight, compute_dtype(self.dtype()));
    const int64_t classes = self.dim() == 1 ? self.size(0) : self.size(1), count = index.numel();
    const int64_t batch = self.dim() == 1 ? 1 : self.size(0), inner = batch == 0 ? 0 : count / batch;
    const Tensor dx = zeros(self.sizes(), compute_dtype(self.dtype()));
    WICK_CHECK(dx.numel() == count * classes, "size mismatch (got input: {}, target: {})", format_sizes(self.sizes()),
               format_sizes(target.sizes()));
    dispatch_float(dx.dtype(), "nll_loss_backward", [&]<class T>() {
        const double total = reduction_of(reduction) == Reduction::mean ? total_weight.item().to_double() : 1;
        const SampleGradient<T> dy(grad_output, reduction, total);
        const int64_t* t = index.data<int64_t>();
        T* to = dx.mutable_data<T>();
        for (int64_t i = 0; i < count; ++i) {
            if (t[i] == ignore_index) continue;
            WICK_CHECK_INDEX(t[i] >= 0 && t[i] < classes, "Target {} is out of bounds.", t[i]);
            const T factor = w.defined() ? w.data<T>()[t[i]] : T(1);
            to[(i / inner * classes + t[i]) * inner + i % inner] = -factor * dy.at(i);
        }
    });
    return to_dtype(dx, self.dtype());
}

Tensor multi_margin_loss_backward(const Tensor& grad_output, const Tensor& self, const Tensor& target, Scalar p,
                                  Scalar margin, const Tensor& weight, int64_t reduction) {
    const double power = p.to_double(), gap = margin.to_double();
    const int64_t classes = classes_of(self), rows = self.dim() == 2 ? self.size(0) : 1;
    const Tensor x = compute_input(self), index = class_indices(target), w = compute_input(weight, x.dtype());
    WICK_CHECK(index.numel() == rows, "inconsistent target size: {} for input of size: {}",
               format_sizes(target.sizes()), format_sizes(self.sizes()));
    const Tensor dx = zeros(x.sizes(), x.dtype());
    dispatch_float(x.dtype(), "multi_margin_loss_backward", [&]<class T>() {
        const SampleGradient<T> dy(grad_output, reduction, static_cast<double>(rows));
        for (int64_t r = 0; r < rows; ++r) {
            const T* row = x.data<T>() + r * classes;
            T* to = dx.mutable_data<T>() + r * classes;
            const int64_t t = index.data<int64_t>()[r];
            WICK_CHECK_INDEX(t >= 0 && t < classes, "target out of range");
            const T factor = dy.at(r) * (w.defined() ? w.data<T>()[t] : T(1)) / static_cast<T>(classes);
            for (int64_t j = 0; j < classes; ++j) {
                const T z = static_cast<T>(gap) - row[t] + row[j];
                if (j == t || !(z > 0)) continue;
                const T d = power == 1 ? factor : 2 * factor * z;
                to[j] += d;
                to[t] -= d;
            }
        }
    });
    return to_dtype(dx, self.dtype());
}

Tensor multilabel_margin_loss_backward(const Tensor& grad_output, const Tensor& self, const Tensor& target,
                                       int64_t reduction) {
    const int64_t classes = classes_of(self), rows = self.dim() == 2 ? self.size(0) : 1;
    const Tensor x = compute_input(self), index = class_indices(target);
    WICK_CHECK(index.sizes() == x.sizes(), "inconsistent target size: {} for input of size: {}",
               format_sizes(target.sizes()), format_sizes(self.sizes()));
    const Tensor dx = zeros(x.sizes(), x.dtype());
    dispatch_float(x.dtype(), "multilabel_margin_loss_backward", [&]<class T>() {
        const SampleGradient<T> dy(grad_output, reduction, static_cast<double>(rows));
        for (int64_t r = 0; r < rows; ++r) {
            const T* row = x.data<T>() + r * classes;
            T* to = dx.mutable_data<T>() + r * classes;
            const int64_t* t = index.data<int64_t>() + r * classes;
            const int64_t right = std::find(t, t + classes, -1) - t;
            std::vector<bool> is_right(static_cast<size_t>(classes), false);
            for (int64_t i = 0; i < right; ++i) {
                WICK_CHECK_INDEX(t[i] >= 0 && t[i] < classes, "target out of range");
                is_right[static_cast<size_t>(t[i])] = true;
            }
            const T d = dy.at(r) / static_cast<T>(classes);
            for (int64_t i = 0; i < right; ++i) {
                for (int64_t j = 0; j < classes; ++j) {
                    if (is_right[static_cast<size_t>(j)] || !(1 - row[t[i]] + row[j] > 0)) continue;
                    to[j] += d;
                    to[t[i]] -= d;
                }
            }
        }
    });
    return to_dtype(dx, self.dtype());
}

template <class T>
T log_sum(T a, T b) {
    const T top = std::max(a, b);
    return std::isinf(top) ? top : top + std::log(std::exp(a - top) + std::exp(b - top));
}

/// d loss[n] / d log_probs[t, n, c] = exp(log_probs) - exp(alpha beta of all states of class c, less the loss), as with
/// log_probs that come from a log_softmax: PyTorch's convention. Beta is alpha's recursion from the end.
Tensor ctc_loss_backward(const Tensor& grad, const Tensor& log_probs, const Tensor& targets,
                         const IntList& input_lengths, const IntList& target_lengths, const Tensor& neg_log_likelihood,
                         const Tensor& log_alpha, int64_t blank, bool zero_infinity) {
    const Tensor x = compute_input(log_probs), labels = contiguous(to_dtype(targets, DType::int64));
    const Tensor dy = compute_input(grad, x.dtype()), loss = compute_input(neg_log_likelihood, x.dtype()),
                 alphas = compute_input(log_alpha, x.dtype());
    const int64_t time = x.size(0), batch = x.size(1), classes = x.size(2), width = alphas.size(2);
    const Tensor dx = zeros(x.sizes(), x.dtype());
    std::vector<int64_t> offsets;
    int64_t start = 0;
    for (int64_t n = 0; n < batch; ++n) {
        offsets.push_back(labels.dim() == 1 ? start : n * labels.size(1));
        start += target_lengths[n];
    }
    dispatch_float(x.dtype(), "ctc_loss_backward", [&]<class T>() {
        constexpr T kNone = -std::numeric_limits<T>::infinity();
        T* to = dx.mutable_data<T>();
        parallel_for(0, batch, 1, [&](int64_t begin, int64_t end) {
            for (int64_t n = begin; n < end; ++n) {
                const int64_t* label = labels.data<int64_t>() + offsets[static_cast<size_t>(n)];
                const int64_t length = target_lengths[n], states = 2 * length + 1, steps = input_lengths[n];
                const T nll = loss.data<T>()[n];
                // A loss that zero_infinity made 0 has no gradient; so has an infinite one.
                const T* last_alpha = alphas.data<T>() + (n * time + std::max<int64_t>(steps - 1, 0)) * width;
                const bool impossible =
                    steps == 0 || (last_alpha[states - 1] == kNone && (states < 2 || last_alpha[states - 2] == kNone));
                if (impossible && (zero_infinity || steps == 0)) continue;
                const auto class_of = [&](int64_t s) { return s % 2 == 0 ? blank : label[s / 2]; };
                std::vector<T> beta(static_cast<size_t>(states), kNone), next(beta),
                    by_class(static_cast<size_t>(classes));
                for (int64_t t = steps - 1; t >= 0; --t) {
                    const T* p = x.data<T>() + (t * batch + n) * classes;
                    for (int64_t s = 0; s < states; ++s) {
                        T sum = kNone;
                        if (t == steps - 1) {
                            if (s >= states - 2) sum = 0;
                        } else {
                            sum = next[static_cast<size_t>(s)];
                            if (s + 1 < states) sum = log_sum(sum, next[static_cast<size_t>(s + 1)]);
                            if (s + 2 < states && s % 2 == 1 && label[s / 2] != label[s / 2 + 1])
                                sum = log_sum(sum, next[static_cast<size_t>(s + 2)]);
                        }
                        beta[static_cast<size_t>(s)] = sum + p[class_of(s)];
                    }
                    std::fill(by_class.begin(), by_class.end(), kNone);
                    const T* alpha = alphas.data<T>() + (n * time + t) * width;
                    for (int64_t s = 0; s < states; ++s) {
                        T& sum = by_class[static_cast<size_t>(class_of(s))];
                        sum = log_sum(sum, alpha[s] + beta[static_cast<size_t>(s)]);
                    }
                    T* out = to + (t * batch + n) * classes;
                    for (int64_t c = 0; c < classes; ++c)
                        out[c] = dy.data<T>()[n] *
                                 (std::exp(p[c]) - std::exp(by_class[static_cast<size_t>(c)] + nll - p[c]));
                    beta.swap(next);
                }
            }
        });
    });
    return to_dtype(dx, log_probs.dtype());
}

}  // namespace

void register_nn_loss_gradient(Registry& ops) {
    for (std::string_view name : {"nll_loss", "nll_loss2d"}) {
        ops.add(fmt::format("aten::{}_backward(Tensor grad_output, Tensor self, Tensor target, Tensor? weight, int "
                            "reduction, SymInt ignore_index, Tensor total_weight) -> Tensor",
                            name))
            .kernel(&nll_loss_backward)
            .derivative("grad_output", "torch.nll_loss_nd(grad, target, weight, reduction, ignore_index)");
    }
    ops.add(
           "aten::multi_margin_loss_backward(Tensor grad_output, Tensor self, Tensor target, Scalar p, Scalar margin, "
           "Tensor? weight=None, int reduction=1) -> Tensor")
        .kernel(&multi_margin_loss_backward);
    ops.add(
           "wick::multilabel_margin_loss_backward(Tensor grad_output, Tensor self, Tensor target, int reduction) -> "
           "Tensor")
        .kernel(&multilabel_margin_loss_backward);
    ops.add(
           "aten::_ctc_loss_backward(Tensor grad, Tensor log_probs, Tensor targets, int[] input_lengths, int[] "
           "target_lengths, Tensor neg_log_likelihood, Tensor log_alpha, int blank, bool zero_infinity=False) -> "
           "Tensor")
        .kernel(&ctc_loss_backward);
}

}  // namespace wick::jit
