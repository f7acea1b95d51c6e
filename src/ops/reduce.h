#pragma once
// The engine of reductions: one pass over a tensor, some dimensions of which are folded away. The walk over the tensor
// is compiled once (reduce.cpp); of a reducer it knows the loops of a Folding.
//
// A reducer is a small object with
//   Value, Acc, Result             element type read, type accumulated in, element type written
//   Acc identity() const           of no elements
//   void add(Acc&, Value) const    one more element; must not depend on the order beyond rounding
//   void merge(Acc&, const Acc&) const
//   Result finish(const Acc&, int64_t count) const
// and, where it has a kernel of its own, kFold, which gives it: Folding::fold without the reducer.
// Floats are accumulated in double, in several lanes, so sums are good to the last bit or two of float32.

#include <limits>
#include <memory>
#include <optional>

#include "kernels/sums.h"
#include "ops/geometry.h"
#include "ops/tensor_ops.h"
#include "ops/wrapping.h"

namespace wick::ops {

/// Which dimensions a reduction folds away.
class ReducedDims {
 public:
    /// `dims` None or empty means all. OpError when one is repeated.
    ReducedDims(const Tensor& self, const std::optional<DimVector>& dims);

    DimVector result_sizes(const Tensor& self, bool keepdim) const;
    /// Elements folded into each result.
    int64_t count(const Tensor& self) const;
    /// The loop over the dimensions that stay (in row-major order) or that go (in memory order).
    Loop loop(const Tensor& self, bool over_reduced) const;

 private:
    SmallVector<bool, 8> reduced_;
};

/// What the engine needs of a reducer whose type it does not know: loops over raw pointers.
struct Folding {
    DType value;
    DType result;
    size_t accumulator_bytes;  ///< at most kAccumulatorBytes
    /// `n` accumulators of no elements.
    void (*begin)(const void* reducer, void* totals, int64_t n);
    /// Folds `n` elements into each of `results` accumulators: element j of result i is
    /// x[i * result_step + j * step].
    void (*fold)(const void* reducer, void* totals, int64_t results, const void* x, int64_t result_step, int64_t step,
                 int64_t n);
    void (*merge)(const void* reducer, void* into, const void* from);
    void (*finish)(const void* reducer, const void* totals, int64_t n, int64_t count, void* out);
};
inline constexpr size_t kAccumulatorBytes = 24;

template <class R>
void fold_run(const R& reducer, typename R::Acc& total, const typename R::Value* x, int64_t step, int64_t n) {
    constexpr int64_t kLanes = 8;
    int64_t i = 0;
    if (step == 1 && n >= 4 * kLanes) {
        typename R::Acc lanes[kLanes];
        for (auto& lane : lanes) lane = reducer.identity();
        for (; i + kLanes <= n; i += kLanes)
            for (int64_t k = 0; k < kLanes; ++k) reducer.add(lanes[k], x[i + k]);
        for (const auto& lane : lanes) reducer.merge(total, lane);
    }
    for (; i < n; ++i) reducer.add(total, x[i * step]);
}

/// The Folding of a reducer type.
template <class R>
struct FoldingOf {
    using Value = typename R::Value;
    using Acc = typename R::Acc;
    using Result = typename R::Result;
    static_assert(sizeof(Acc) <= kAccumulatorBytes);

    static const R& reducer(const void* reducer) { return *static_cast<const R*>(reducer); }
    static void begin(const void* self, void* totals, int64_t n) {
        std::uninitialized_fill_n(static_cast<Acc*>(totals), n, reducer(self).identity());
    }
    static void fold(const void* self, void* totals_bytes, int64_t results, const void* x_bytes, int64_t result_step,
                     int64_t step, int64_t n) {
        Acc* totals = static_cast<Acc*>(totals_bytes);
        const Value* x = static_cast<const Value*>(x_bytes);
        if constexpr (requires { R::kFold()(totals, results, x, result_step, step, n); })
            return R::kFold()(totals, results, x, result_step, step, n);
        // Results that lie side by side in memory are folded side by side.
        if (result_step == 1 && step != 1 && results >= 8) {
            for (int64_t j = 0; j < n; ++j, x += step)
                for (int64_t i = 0; i < results; ++i) reducer(self).add(totals[i], x[i]);
        } else {
            for (int64_t i = 0; i < results; ++i) fold_run(reducer(self), totals[i], x + i * result_step, step, n);
        }
    }
    static void merge(const void* self, void* into, const void* from) {
        reducer(self).merge(*static_cast<Acc*>(into), *static_cast<const Acc*>(from));
    }
    static void finish(const void* self, const void* totals, int64_t n, int64_t count, void* out) {
        for (int64_t i = 0; i < n; ++i)
            static_cast<Result*>(out)[i] = reducer(self).finish(static_cast<const Acc*>(totals)[i], count);
    }
    static constexpr Folding kFolding{dtype_of<Value>, dtype_of<Result>, sizeof(Acc), &begin, &fold, &merge, &finish};
};

Tensor reduce(const Tensor& self, const Folding& folding, const void* reducer, const ReducedDims& dims, bool keepdim);

/// Reduces `self`, whose dtype must be R::Value's; the result is row-major.
template <class R>
Tensor reduce(const Tensor& self, const R& reducer, const ReducedDims& dims, bool keepdim) {
    return reduce(self, FoldingOf<R>::kFolding, &reducer, dims, keepdim);
}

// Reducers -------------------------------------------------------------------------------------------------------

template <class T>
using Wide =
    std::conditional_t<std::is_same_v<T, float>, double,
                       std::conditional_t<std::is_same_v<T, std::complex<float>>, std::complex<double>, Wrapping<T>>>;

/// The sum of complex numbers, both parts of which stay in one register.
using ComplexSum [[gnu::vector_size(16)]] = double;

template <class T>
struct SumReducer {
    using Value = T;
    using Acc = std::conditional_t<is_complex(dtype_of<T>), ComplexSum, Wide<T>>;
    using Result = T;
    static constexpr auto kFold = [] {
        if constexpr (std::is_floating_point_v<T>) return &kernels::add_sums<T>;
    };
    bool mean = false;
    Acc identity() const { return Acc{}; }
    void add(Acc& a, T v) const {
        if constexpr (is_complex(dtype_of<T>)) {
            a += Acc{static_cast<double>(v.real()), static_cast<double>(v.imag())};
        } else {
            a += Acc(v);
        }
    }
    void merge(Acc& a, const Acc& b) const { a += b; }
    T finish(const Acc& a, int64_t count) const {
        Wide<T> total;
        if constexpr (is_complex(dtype_of<T>)) {
            total = {a[0], a[1]};
        } else {
            total = a;
        }
        if constexpr (!std::is_integral_v<T>) {
            if (mean) total /= static_cast<Wide<T>>(static_cast<double>(count));
        }
        return static_cast<T>(total);
    }
};

template <class T>
struct ProductReducer {
    using Value = T;
    using Acc = Wide<T>;
    using Result = T;
    Acc identity() const { return Acc(1); }
    void add(Acc& a, T v) const { a *= Acc(v); }
    void merge(Acc& a, const Acc& b) const { a *= b; }
    T finish(const Acc& a, int64_t) const { return static_cast<T>(a); }
};

/// Largest or smallest; NaN wins.
template <class T, bool kMax>
struct ExtremeReducer {
    using Value = T;
    using Acc = T;
    using Result = T;
    static constexpr T kIdentity =
        std::numeric_limits<T>::has_infinity
            ? (kMax ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::infinity())
            : (kMax ? std::numeric_limits<T>::lowest() : std::numeric_limits<T>::max());
    T identity() const { return kIdentity; }
    void add(T& a, T v) const { a = (kMax ? v > a : v < a) || v != v ? v : a; }
    void merge(T& a, const T& b) const { add(a, b); }
    T finish(const T& a, int64_t) const { return a; }
};

template <bool kAny>
struct TruthReducer {
    using Value = bool;
    using Acc = bool;
    using Result = bool;
    bool identity() const { return !kAny; }
    void add(bool& a, bool v) const { a = kAny ? a | v : a & v; }
    void merge(bool& a, const bool& b) const { add(a, b); }
    bool finish(const bool& a, int64_t) const { return a; }
};

struct CountReducer {
    using Value = bool;
    using Acc = int64_t;
    using Result = int64_t;
    int64_t identity() const { return 0; }
    void add(int64_t& a, bool v) const { a += v; }
    void merge(int64_t& a, const int64_t& b) const { a += b; }
    int64_t finish(const int64_t& a, int64_t) const { return a; }
};

}  // namespace wick::ops
