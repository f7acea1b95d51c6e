#include <atomic>

#include <wick/support/check.h>
#include <wick/tensor/default_dtype.h>

namespace wick {

static std::atomic<DType> g_default{DType::float32};

DType default_dtype() noexcept { return g_default.load(std::memory_order_relaxed); }

DType default_complex_dtype() noexcept { return to_complex(default_dtype()); }

void set_default_dtype(DType dtype) {
    WICK_CHECK(is_floating(dtype), "only floating-point types are supported as the default type");
    g_default.store(dtype, std::memory_order_relaxed);
}

DType default_dtype_of(const Scalar& number) noexcept {
    return number.is_floating() ? default_dtype() : number.is_complex() ? default_complex_dtype() : number.dtype();
}

}  // namespace wick
