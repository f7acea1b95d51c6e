#pragma once
// What C++ calls the types of elements, for messages of PyTorch's that say it.

#include <string_view>

#include <wick/tensor/dtype.h>

namespace wick::jit {

/// "long int" of int64, "c10::Half" of float16.
inline std::string_view cpp_name_of(DType dtype) {
    switch (dtype) {
        case DType::float32:
            return "float";
        case DType::float64:
            return "double";
        case DType::float16:
            return "c10::Half";
        case DType::bfloat16:
            return "c10::BFloat16";
        case DType::int64:
            return "long int";
        case DType::int32:
            return "int";
        case DType::int16:
            return "short int";
        case DType::int8:
            return "signed char";
        case DType::uint8:
            return "unsigned char";
        case DType::complex64:
            return "c10::complex<float>";
        case DType::complex128:
            return "c10::complex<double>";
        default:
            return name_of(dtype);
    }
}

}  // namespace wick::jit
