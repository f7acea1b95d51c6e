#pragma once
// std::cout << x, in libtorch's form: rows of numbers, then "[ CPUFloatType{2,3} ]". (Python's form,
// "tensor([[1., 2.]])", is what the Python package prints.)

#include <ostream>

#include <wick/tensor/tensor.h>

namespace wick {

/// A tensor in that form; a number as Python prints it.
WICK_API std::ostream& operator<<(std::ostream& out, const Tensor& tensor);
WICK_API std::ostream& operator<<(std::ostream& out, const Scalar& number);

/// "Float", "Long", …
inline std::ostream& operator<<(std::ostream& out, DType dtype) { return out << scalar_name_of(dtype); }
inline std::ostream& operator<<(std::ostream& out, Device device) { return out << device.str(); }

/// "[2, 3]".
template <class T>
std::ostream& operator<<(std::ostream& out, ArrayRef<T> values) {
    out << "[";
    for (size_t i = 0; i < values.size(); ++i) out << (i ? ", " : "") << values[i];
    return out << "]";
}

}  // namespace wick
