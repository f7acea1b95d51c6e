#pragma once
// What the updates of single parameters have in common.

#include <array>
#include <span>

#include <wick/support/parallel.h>
#include <wick/tensor/tensor.h>

#include "ops/sparse.h"
#include "ops/tensor_ops.h"

namespace wick::optim {

/// Counts a step: makes the count, or adds one to it. Gives the new count.
double count_step(Tensor& step);

/// `tensor` itself, or zeros like the parameter when it is undefined yet.
const Tensor& made_like(Tensor& tensor, const Tensor& parameter);

/// A tensor like the parameter whose numbers are `value`, a complex element's in both of its parts.
Tensor filled_like(const Tensor& parameter, double value);

/// OpError for a sparse gradient, of an optimizer that changes every number of a parameter.
void check_strided(const Tensor& gradient, const char* optimizer, const char* advice = "");

/// Arrays of the numbers of several tensors of one shape, element beside element: real and imaginary parts are two
/// numbers, and those of float16 and bfloat16 are float. They are the tensors' own memory where that is possible;
/// where it is not, the numbers are copied there, and write_back() brings them home. Undefined tensors have none.
class Arrays {
 public:
    static constexpr size_t kMost = 5;
    explicit Arrays(std::span<const Tensor> tensors);
    int64_t size() const { return size_; }
    bool are_double() const { return are_double_; }
    template <class T>
    T* data(size_t i) const {
        return static_cast<T*>(data_[i]);
    }
    void write_back(size_t except) const;

 private:
    std::span<const Tensor> tensors_;
    std::array<Tensor, kMost> copies_;
    std::array<void*, kMost> data_{};
    int64_t size_ = 0;
    bool are_double_ = false;
};

/// Calls step(n, p, g, a, b, …) on pieces of the numbers of a parameter, its gradient and what is kept about it, of
/// which undefined ones are null. The gradient is only read.
template <class Step, class... State>
void update_numbers(const Step& step, const Tensor& parameter, const Tensor& gradient, const State&... state) {
    constexpr int64_t kGrain = 1 << 15;
    const std::array<Tensor, 2 + sizeof...(State)> tensors = {parameter, gradient, state...};
    const Arrays arrays(tensors);
    const auto run = [&]<class T>(T) {
        parallel_for(0, arrays.size(), kGrain, [&](int64_t begin, int64_t end) {
            const auto at = [&](size_t i) {
                T* data = arrays.data<T>(i);
                return data ? data + begin : nullptr;
            };
            [&]<size_t... I>(std::index_sequence<I...>) { step(end - begin, at(0), at(1), at(2 + I)...); }
            (std::index_sequence_for<State...>());
        });
    };
    if (arrays.are_double())
        run(double());
    else
        run(float());
    arrays.write_back(1);
}

/// As update_numbers, of the entries alone that a sparse gradient has.
template <class Step, class... State>
void update_entries(const Step& step, const Tensor& parameter, const Tensor& gradient, const State&... state) {
    const Tensor ordered = ops::coalesce(gradient);
    const SparseTensorImpl& impl = sparse_impl(ordered);
    const std::array<Tensor, 1 + sizeof...(State)> whole = {parameter, state...};
    std::array<Tensor, 1 + sizeof...(State)> entries;
    for (size_t i = 0; i < whole.size(); ++i) entries[i] = ops::entries_at(whole[i], impl.indices);
    [&]<size_t... I>(std::index_sequence<I...>) { update_numbers(step, entries[0], impl.values, entries[1 + I]...); }
    (std::index_sequence_for<State...>());
    for (size_t i = 0; i < whole.size(); ++i) ops::set_entries(whole[i], impl.indices, entries[i]);
}

}  // namespace wick::optim
