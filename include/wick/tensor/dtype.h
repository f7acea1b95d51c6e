#pragma once
// Element types of tensors. Numbers, names and sizes are PyTorch's (c10/core/ScalarType.h), since archives and
// TorchScript programs carry them as plain ints.

#include <complex>
#include <cstdint>
#include <string_view>

#include <wick/support/export.h>
#include <wick/support/half.h>

namespace wick {

// (name, C++ type, number in archives and scripts, bytes, storage name in pickles)
#define WICK_FORALL_DTYPES(_)                                           \
    _(uint8, uint8_t, 0, 1, "ByteStorage")                              \
    _(int8, int8_t, 1, 1, "CharStorage")                                \
    _(int16, int16_t, 2, 2, "ShortStorage")                             \
    _(int32, int32_t, 3, 4, "IntStorage")                               \
    _(int64, int64_t, 4, 8, "LongStorage")                              \
    _(float16, ::wick::Half, 5, 2, "HalfStorage")                       \
    _(float32, float, 6, 4, "FloatStorage")                             \
    _(float64, double, 7, 8, "DoubleStorage")                           \
    _(complex64, std::complex<float>, 9, 8, "ComplexFloatStorage")      \
    _(complex128, std::complex<double>, 10, 16, "ComplexDoubleStorage") \
    _(bool_, bool, 11, 1, "BoolStorage")                                \
    _(bfloat16, ::wick::BFloat16, 15, 2, "BFloat16Storage")

enum class DType : int8_t {
#define _(name, type, number, bytes, storage) name = number,
    WICK_FORALL_DTYPES(_)
#undef _
};

/// "float32", "bool", …: the name after `torch.`.
WICK_API std::string_view name_of(DType dtype);
/// "Float", "Long", …: the name in printed graphs and in PyTorch's error texts ("Byte", "Char", …, "ComplexFloat").
WICK_API std::string_view scalar_name_of(DType dtype);
/// "FloatStorage", …: the class name in pickled tensors.
WICK_API std::string_view storage_name_of(DType dtype);
WICK_API int64_t bytes_of(DType dtype);
/// True, and `dtype` set, when `number` is one of the dtypes above.
WICK_API bool dtype_from_number(int64_t number, DType& dtype);
WICK_API bool dtype_from_storage_name(std::string_view name, DType& dtype);

constexpr bool is_floating(DType d) {
    return d == DType::float16 || d == DType::float32 || d == DType::float64 || d == DType::bfloat16;
}
constexpr bool is_complex(DType d) { return d == DType::complex64 || d == DType::complex128; }
/// Signed and unsigned integers; with `include_bool`, bool too.
constexpr bool is_integral(DType d, bool include_bool = false) {
    return (static_cast<int>(d) >= 0 && static_cast<int>(d) <= 4) || (include_bool && d == DType::bool_);
}
/// The type that holds both (PyTorch's promotion table): category first (bool < int < float < complex), then width.
WICK_API DType promote_types(DType a, DType b);
/// float32 for complex64, …; the dtype itself when it is not complex.
WICK_API DType to_real(DType d);
WICK_API DType to_complex(DType d);
/// Whether values of `from` may be written into a tensor of `to` by an in-place operator (no step down in category).
WICK_API bool can_cast(DType from, DType to);

template <class T>
struct DTypeOf;
#define _(name, type, number, bytes, storage)       \
    template <>                                     \
    struct DTypeOf<type> {                          \
        static constexpr DType value = DType::name; \
    };
WICK_FORALL_DTYPES(_)
#undef _
template <class T>
inline constexpr DType dtype_of = DTypeOf<T>::value;

/// Calls `f.template operator()<T>()` with the C++ type of `dtype`.
template <class F>
decltype(auto) dispatch_dtype(DType dtype, F&& f) {
    switch (dtype) {
#define _(name, type, number, bytes, storage) \
    case DType::name:                         \
        return f.template operator()<type>();
        WICK_FORALL_DTYPES(_)
#undef _
    }
    __builtin_unreachable();
}

}  // namespace wick
