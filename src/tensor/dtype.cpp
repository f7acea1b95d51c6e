#include <algorithm>

#include <wick/tensor/dtype.h>

namespace wick {

std::string_view name_of(DType dtype) {
    if (dtype == DType::bool_) return "bool";
    switch (dtype) {
#define _(name, type, number, bytes, storage) \
    case DType::name:                         \
        return #name;
        WICK_FORALL_DTYPES(_)
#undef _
    }
    return "?";
}

std::string_view storage_name_of(DType dtype) {
    switch (dtype) {
#define _(name, type, number, bytes, storage) \
    case DType::name:                         \
        return storage;
        WICK_FORALL_DTYPES(_)
#undef _
    }
    return "?";
}

std::string_view scalar_name_of(DType dtype) {
    std::string_view name = storage_name_of(dtype);
    return name.substr(0, name.size() - std::string_view("Storage").size());
}

int64_t bytes_of(DType dtype) {
    // Indexed by the dtype's number; 0 where wick has no such dtype.
    static constexpr int8_t kBytes[16] = {1, 1, 2, 4, 8, 2, 4, 8, 0, 8, 16, 1, 0, 0, 0, 2};
    return kBytes[static_cast<int>(dtype) & 15];
}

bool dtype_from_number(int64_t number, DType& dtype) {
    switch (number) {
#define _(name, type, code, bytes, storage) case code:
        WICK_FORALL_DTYPES(_)
#undef _
        dtype = static_cast<DType>(number);
        return true;
    }
    return false;
}

bool dtype_from_storage_name(std::string_view name, DType& dtype) {
#define _(label, type, number, bytes, storage) \
    if (name == storage) {                     \
        dtype = DType::label;                  \
        return true;                           \
    }
    WICK_FORALL_DTYPES(_)
#undef _
    return false;
}

static int category(DType d) {
    if (d == DType::bool_) return 0;
    if (is_integral(d)) return 1;
    if (is_floating(d)) return 2;
    return 3;
}

DType to_real(DType d) {
    if (d == DType::complex64) return DType::float32;
    if (d == DType::complex128) return DType::float64;
    return d;
}

DType to_complex(DType d) {
    if (is_complex(d)) return d;
    return d == DType::float64 ? DType::complex128 : DType::complex64;
}

DType promote_types(DType a, DType b) {
    if (a == b) return a;
    if (category(a) > category(b)) std::swap(a, b);
    if (category(a) < category(b)) {
        // complex takes the width of a double partner, any other category keeps the higher type.
        return is_complex(b) && a == DType::float64 ? DType::complex128 : b;
    }
    if (is_complex(a)) return DType::complex128;
    if (is_floating(a)) {
        if (bytes_of(a) == bytes_of(b)) return DType::float32;  // float16 with bfloat16
        return bytes_of(a) > bytes_of(b) ? a : b;
    }
    if (a == DType::uint8 || b == DType::uint8) {
        const DType other = a == DType::uint8 ? b : a;
        return other == DType::int8 ? DType::int16 : other;
    }
    return bytes_of(a) > bytes_of(b) ? a : b;
}

bool can_cast(DType from, DType to) {
    if (category(from) == 3 && category(to) != 3) return false;
    if (category(from) == 2 && category(to) < 2) return false;
    return !(from != DType::bool_ && to == DType::bool_);
}

}  // namespace wick
