#pragma once
// The engine of reductions: one pass over a tensor, some dimensions of which are folded away.
//
// A reducer is a small object with
//   Value, Acc, Result             element type read, type accumulated in, element type written
//   Acc identity() const           of no elements
//   void add(Acc&, Value) const    one more element; must not depend on the order beyond rounding
//   void merge(Acc&, const Acc&) const
//   Result finish(const Acc&, int64_t count) const
// Floats are accumulated in double, in several lanes, so sums are good to the last bit or two of float32.

#include <algorithm>
#include <optional>
#include <vector>

#include <wick/support/parallel.h>

#include "ops/geometry.h"
#include "ops/tensor_ops.h"
#include "ops/wrapping.h"

namespace wick::ops {

/// Which dimensions a reduction folds away.
class ReducedDims {
 public:
    /// `dims` None or empty means all. OpError when one is repeated.
    ReducedDims(const Tensor& self, const std::optional<DimVector>& dims) : reduced_(static_cast<size_t>(self.dim())) {
        const bool all = !dims || dims->empty();
        if (all) std::fill(reduced_.begin(), reduced_.end(), true);
        if (all) return;
        for (int64_t dim : *dims) {
            const int64_t d = wrap_dim(dim, self.dim());
            if (self.dim() == 0) continue;
            WICK_CHECK(!reduced_[d], "dim {} appears multiple times in the list of dims", d);
            reduced_[d] = true;
        }
    }
    bool operator[](size_t d) const { return reduced_[d]; }

    DimVector result_sizes(const Tensor& self, bool keepdim) const {
        DimVector sizes;
        for (size_t d = 0; d < reduced_.size(); ++d) {
            if (!reduced_[d]) sizes.push_back(self.sizes()[d]);
            if (reduced_[d] && keepdim) sizes.push_back(1);
        }
        return sizes;
    }
    /// Elements folded into each result.
    int64_t count(const Tensor& self) const {
        int64_t count = 1;
        for (size_t d = 0; d < reduced_.size(); ++d)
            if (reduced_[d]) count *= self.sizes()[d];
        return count;
    }
    /// The loop over the dimensions that stay (in row-major order) or that go (in memory order).
    Loop loop(const Tensor& self, bool over_reduced) const {
        DimVector sizes;
        DimVector strides;
        for (size_t d = 0; d < reduced_.size(); ++d) {
            if (reduced_[d] != over_reduced) continue;
            sizes.push_back(self.sizes()[d]);
            strides.push_back(self.strides()[d]);
        }
        const OperandGeometry operand(sizes, strides);
        if (over_reduced) return Loop(sizes, {&operand, 1});
        DimVector order;
        for (size_t d = sizes.size(); d-- > 0;) order.push_back(static_cast<int64_t>(d));
        return Loop(sizes, {&operand, 1}, order);
    }

 private:
    SmallVector<bool, 8> reduced_;
};

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

/// All positions [begin, end) of `reduced`, from element `base`.
template <class R>
typename R::Acc fold_range(const R& reducer, const typename R::Value* base, const Loop& reduced, int64_t begin,
                           int64_t end) {
    typename R::Acc total = reducer.identity();
    const int64_t step = reduced.strides(0)[0];
    reduced.for_each_run_of(0, begin, end,
                            [&](int64_t offset, int64_t n) { fold_run(reducer, total, base + offset, step, n); });
    return total;
}

/// Reduces `self`, whose dtype must be R::Value's; the result is row-major.
template <class R>
Tensor reduce(const Tensor& self, const R& reducer, const ReducedDims& dims, bool keepdim) {
    using Value = typename R::Value;
    using Acc = typename R::Acc;
    WICK_ASSERT(self.dtype() == dtype_of<Value>);
    Tensor result = empty(dims.result_sizes(self, keepdim), dtype_of<typename R::Result>);
    const int64_t results = result.numel();
    const int64_t count = dims.count(self);
    if (results == 0) return result;
    auto* out = result.mutable_data<typename R::Result>();
    if (count == 0) {
        std::fill_n(out, results, reducer.finish(reducer.identity(), 0));
        return result;
    }
    const Value* x = self.data<Value>();
    const Loop kept = dims.loop(self, false);
    const Loop reduced = dims.loop(self, true);
    const int64_t kept_step = kept.strides(0)[0];
    constexpr int64_t kPiece = 65536;
    constexpr int64_t kBlock = 256;

    // Few results of many elements: pieces of fixed size, so that the sum does not depend on the number of threads.
    if (results < 8 && count >= 2 * kPiece) {
        const int64_t pieces = (count + kPiece - 1) / kPiece;
        std::vector<Acc> partial(static_cast<size_t>(pieces));
        kept.for_each_run_of(0, 0, results, [&](int64_t offset, int64_t n) {
            for (int64_t i = 0; i < n; ++i) {
                parallel_for(0, pieces, 1, [&](int64_t begin, int64_t end) {
                    for (int64_t p = begin; p < end; ++p)
                        partial[p] = fold_range(reducer, x + offset + i * kept_step, reduced, p * kPiece,
                                                std::min(count, (p + 1) * kPiece));
                });
                Acc total = reducer.identity();
                for (const Acc& part : partial) reducer.merge(total, part);
                *out++ = reducer.finish(total, count);
            }
        });
        return result;
    }

    const int64_t grain = std::max<int64_t>(1, kParallelGrain / count);
    // Results that lie side by side in memory are folded side by side.
    const bool vertical = kept_step == 1 && kept.sizes()[0] >= 8 && reduced.strides(0)[0] != 1;
    parallel_for(0, results, vertical ? std::max<int64_t>(grain, 16) : grain, [&](int64_t begin, int64_t end) {
        auto* to = out + begin;
        kept.for_each_run_of(0, begin, end, [&](int64_t offset, int64_t n) {
            if (!vertical) {
                for (int64_t i = 0; i < n; ++i)
                    *to++ = reducer.finish(fold_range(reducer, x + offset + i * kept_step, reduced, 0, count), count);
                return;
            }
            for (int64_t first = 0; first < n; first += kBlock) {
                const int64_t width = std::min(kBlock, n - first);
                Acc totals[kBlock];
                std::fill_n(totals, width, reducer.identity());
                const int64_t step = reduced.strides(0)[0];
                reduced.for_each_run_of(0, 0, count, [&](int64_t start, int64_t rows) {
                    const Value* row = x + offset + first + start;
                    for (int64_t j = 0; j < rows; ++j, row += step)
                        for (int64_t i = 0; i < width; ++i) reducer.add(totals[i], row[i]);
                });
                for (int64_t i = 0; i < width; ++i) *to++ = reducer.finish(totals[i], count);
            }
        });
    });
    return result;
}

// ---- reducers

template <class T>
using Wide =
    std::conditional_t<std::is_same_v<T, float>, double,
                       std::conditional_t<std::is_same_v<T, std::complex<float>>, std::complex<double>, Wrapping<T>>>;

template <class T>
struct SumReducer {
    using Value = T;
    using Acc = Wide<T>;
    using Result = T;
    bool mean = false;
    Acc identity() const { return Acc(0); }
    void add(Acc& a, T v) const { a += Acc(v); }
    void merge(Acc& a, const Acc& b) const { a += b; }
    T finish(const Acc& a, int64_t count) const {
        if constexpr (!std::is_integral_v<T>) {
            if (mean) return static_cast<T>(a / static_cast<Wide<T>>(static_cast<double>(count)));
        }
        return static_cast<T>(a);
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
