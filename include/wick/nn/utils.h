#pragma once
// torch::nn::utils: gradients kept within bounds, parameters as one vector.

#include <cmath>
#include <vector>

#include <wick/eager.h>

namespace wick::nn::utils {

/// Scales the gradients in place so that the norm of all together is at most `max_norm`. Returns what it was. OpError
/// for a norm that is not finite, when `error_if_nonfinite`.
inline double clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm, double norm_type = 2.0,
                              bool error_if_nonfinite = false) {
    const NoGradGuard guard;
    std::vector<Tensor> gradients, norms;
    for (const Tensor& parameter : parameters) {
        if (!parameter.grad().defined()) continue;
        gradients.push_back(parameter.grad());
        norms.push_back(linalg_vector_norm(gradients.back(), norm_type));
    }
    if (norms.empty()) return 0;
    const Tensor total = linalg_vector_norm(stack(norms), norm_type);
    if (error_if_nonfinite && !std::isfinite(total.item<double>()))
        throw OpError("The total norm of order " + std::to_string(norm_type) +
                      " for gradients from `parameters` is non-finite, so it cannot be clipped. To disable this error "
                      "and scale the gradients by the non-finite norm anyway, set `error_if_nonfinite=false`");
    const Tensor factor = (max_norm / (total + 1e-6)).clamp_max(1.0);
    for (const Tensor& gradient : gradients) gradient.mul_(factor);
    return total.item<double>();
}
inline double clip_grad_norm_(const Tensor& parameter, double max_norm, double norm_type = 2.0,
                              bool error_if_nonfinite = false) {
    return clip_grad_norm_(std::vector<Tensor>{parameter}, max_norm, norm_type, error_if_nonfinite);
}

/// Clamps each element of the gradients to [-clip_value, clip_value], in place.
inline void clip_grad_value_(const std::vector<Tensor>& parameters, double clip_value) {
    const NoGradGuard guard;
    for (const Tensor& parameter : parameters)
        if (const Tensor gradient = parameter.grad(); gradient.defined()) gradient.clamp_(-clip_value, clip_value);
}

/// All elements, one tensor after the other.
inline Tensor parameters_to_vector(const std::vector<Tensor>& parameters) {
    std::vector<Tensor> flat;
    for (const Tensor& parameter : parameters) flat.push_back(parameter.reshape(-1));
    return cat(flat);
}
/// Copies the elements of such a vector into the parameters.
inline void vector_to_parameters(const Tensor& vector, const std::vector<Tensor>& parameters) {
    const NoGradGuard guard;
    int64_t start = 0;
    for (const Tensor& parameter : parameters) {
        parameter.copy_(vector.narrow(0, start, parameter.numel()).view_as(parameter));
        start += parameter.numel();
    }
}

}  // namespace wick::nn::utils
