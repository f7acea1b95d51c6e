#include "optim/update.h"

#include <algorithm>

#include <wick/support/check.h>

namespace wick::optim {

double count_step(Tensor& step) {
    if (!step.defined()) step = scalar_tensor(0.0, DType::float32);
    const double count = step.item().to_double() + 1;
    ops::fill(step, count);
    return count;
}

const Tensor& made_like(Tensor& tensor, const Tensor& parameter) {
    if (!tensor.defined()) tensor = ops::zeros_like(parameter);
    return tensor;
}

void check_strided(const Tensor& gradient, const char* optimizer, const char* advice) {
    WICK_CHECK(!gradient.is_sparse(), "{} does not support sparse gradients{}", optimizer, advice);
}

Tensor filled_like(const Tensor& parameter, double value) {
    Tensor made = ops::empty_like(parameter);
    ops::fill(made, is_complex(parameter.dtype()) ? Scalar(std::complex<double>(value, value)) : Scalar(value));
    return made;
}

Arrays::Arrays(std::span<const Tensor> tensors) : tensors_(tensors) {
    const Tensor& first = tensors[0];
    const DType real = to_real(first.dtype());
    are_double_ = real == DType::float64;
    size_ = first.numel() * (is_complex(first.dtype()) ? 2 : 1);
    const bool has_type = are_double_ || real == DType::float32;
    // Dense tensors whose elements lie in the same order need no copies, whatever that order is.
    const bool alike =
        has_type && ops::is_non_overlapping_and_dense(first) && std::ranges::all_of(tensors, [&](const Tensor& tensor) {
            return !tensor.defined() || tensor.strides() == first.strides();
        });
    for (size_t i = 0; i < tensors.size(); ++i) {
        const Tensor& tensor = tensors[i];
        if (!tensor.defined()) continue;
        WICK_CHECK(tensor.sizes() == first.sizes() && tensor.dtype() == first.dtype(),
                   "a parameter of shape {} and dtype {} has a gradient or state of shape {} and dtype {}",
                   format_sizes(first.sizes()), name_of(first.dtype()), format_sizes(tensor.sizes()),
                   name_of(tensor.dtype()));
        if (!alike) copies_[i] = ops::contiguous(has_type ? tensor : ops::to_dtype(tensor, DType::float32));
        data_[i] = i == 1 ? const_cast<void*>((alike ? tensor : copies_[i]).data_ptr())
                          : (alike ? tensor : copies_[i]).mutable_data_ptr();
    }
}

void Arrays::write_back(size_t except) const {
    for (size_t i = 0; i < tensors_.size(); ++i) {
        const bool is_copy = copies_[i].defined() && copies_[i].data_ptr() != tensors_[i].data_ptr();
        if (is_copy && i != except) ops::copy_into(tensors_[i], copies_[i]);
    }
}

}  // namespace wick::optim
