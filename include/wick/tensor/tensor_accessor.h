#pragma once
// Elements of a tensor by their indices, as libtorch's accessors:
//
//   auto a = x.accessor<float, 2>();
//   for (int64_t i = 0; i < a.size(0); ++i) sum += a[i][i];

#include <wick/support/error.h>
#include <wick/tensor/tensor.h>

namespace wick {

/// N dimensions of a tensor of T, which has to stay alive; nothing is checked.
template <class T, size_t N>
class TensorAccessor {
 public:
    TensorAccessor(T* data, const int64_t* sizes, const int64_t* strides)
        : data_(data), sizes_(sizes), strides_(strides) {}

    IntArrayRef sizes() const { return {sizes_, N}; }
    IntArrayRef strides() const { return {strides_, N}; }
    int64_t size(int64_t dim) const { return sizes_[dim]; }
    int64_t stride(int64_t dim) const { return strides_[dim]; }
    T* data() const { return data_; }

    /// The element, or with more than one dimension the accessor of the others.
    decltype(auto) operator[](int64_t i) const {
        T* place = data_ + i * strides_[0];
        if constexpr (N == 1)
            return static_cast<T&>(*place);
        else
            return TensorAccessor<T, N - 1>(place, sizes_ + 1, strides_ + 1);
    }

 private:
    T* data_;
    const int64_t* sizes_;
    const int64_t* strides_;
};

template <class T, size_t N>
TensorAccessor<T, N> Tensor::accessor() const {
    static_assert(N > 0, "an accessor has dimensions: use item for the element of a tensor without");
    if (dim() != static_cast<int64_t>(N))
        throw OpError("TensorAccessor expected " + std::to_string(N) + " dims but tensor has " + std::to_string(dim()));
    return {data_ptr<T>(), impl_->sizes.data(), impl_->strides.data()};
}

}  // namespace wick
