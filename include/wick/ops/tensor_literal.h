#pragma once
// Tensors of numbers that stand in the program, as libtorch's torch::tensor:
//
//   wick::tensor({1, 2, 3})                             int64, one dimension
//   wick::tensor({{1.0, 2.0}, {3.0, 4.0}})              the default dtype, two
//   wick::tensor(std::vector<float>(n), wick::requires_grad())

#include <concepts>
#include <initializer_list>
#include <variant>
#include <vector>

#include <wick/tensor/tensor.h>

namespace wick {

/// A number, or a list of such data of equal shapes.
class WICK_API TensorData {
 public:
    TensorData() : TensorData(std::initializer_list<TensorData>()) {}
    TensorData(std::integral auto number) : data_(Scalar(number)) {}
    TensorData(std::floating_point auto number) : data_(Scalar(static_cast<double>(number))) {}
    TensorData(std::complex<double> number) : data_(Scalar(number)) {}
    TensorData(std::initializer_list<TensorData> list) : data_(std::vector<TensorData>(list)) {}
    template <class T>
    TensorData(const std::vector<T>& list) : data_(std::vector<TensorData>(list.begin(), list.end())) {}
    template <class T>
    TensorData(ArrayRef<T> list) : data_(std::vector<TensorData>(list.begin(), list.end())) {}

    /// Its shape, an entry per level of lists. OpError when lists side by side have other ones.
    DimVector sizes() const;
    /// All of them, row by row.
    void append_numbers(std::vector<Scalar>& numbers) const;

 private:
    std::variant<Scalar, std::vector<TensorData>> data_;
};

/// Without a dtype in the options it is that of Python's lists: bool, int64, or for floats and complex numbers among
/// them the default one.
WICK_API Tensor tensor(const TensorData& data, const TensorOptions& options = {});

}  // namespace wick
