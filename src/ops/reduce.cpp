#include "ops/reduce.h"

#include <algorithm>
#include <vector>

#include <wick/support/parallel.h>

namespace wick::ops {

ReducedDims::ReducedDims(const Tensor& self, const std::optional<DimVector>& dims)
    : reduced_(static_cast<size_t>(self.dim())) {
    if (!dims || dims->empty()) {
        std::fill(reduced_.begin(), reduced_.end(), true);
        return;
    }
    for (int64_t dim : *dims) {
        const int64_t d = wrap_dim(dim, self.dim());
        if (self.dim() == 0) continue;
        WICK_CHECK(!reduced_[d], "dim {} appears multiple times in the list of dims", d);
        reduced_[d] = true;
    }
}

DimVector ReducedDims::result_sizes(const Tensor& self, bool keepdim) const {
    DimVector sizes;
    for (size_t d = 0; d < reduced_.size(); ++d) {
        if (!reduced_[d]) sizes.push_back(self.sizes()[d]);
        if (reduced_[d] && keepdim) sizes.push_back(1);
    }
    return sizes;
}

int64_t ReducedDims::count(const Tensor& self) const {
    int64_t count = 1;
    for (size_t d = 0; d < reduced_.size(); ++d)
        if (reduced_[d]) count *= self.sizes()[d];
    return count;
}

Loop ReducedDims::loop(const Tensor& self, bool over_reduced) const {
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

namespace {

/// One reduction: the tensor, its two loops, and the loops of the reducer over raw pointers.
class Walk {
 public:
    Walk(const Tensor& self, const Folding& folding, const void* reducer, const ReducedDims& dims, char* out)
        : folding_(folding),
          reducer_(reducer),
          kept_(dims.loop(self, false)),
          reduced_(dims.loop(self, true)),
          count_(dims.count(self)),
          x_(static_cast<const char*>(self.data_ptr())),
          out_(out),
          value_bytes_(bytes_of(folding.value)),
          result_bytes_(bytes_of(folding.result)) {}

    /// What there is without elements.
    void fill_empty(int64_t results) {
        Accumulators<1> total;
        folding_.begin(reducer_, total.bytes, 1);
        for (int64_t i = 0; i < results; ++i) folding_.finish(reducer_, total.bytes, 1, 0, out_ + i * result_bytes_);
    }

    /// Few results of many elements: pieces of fixed size, so that the sum does not depend on the number of threads.
    void by_pieces(int64_t results) {
        const int64_t pieces = (count_ + kPiece - 1) / kPiece;
        std::vector<Accumulators<1>> partial(static_cast<size_t>(pieces));
        char* out = out_;
        kept_.for_each_run_of(0, 0, results, [&](int64_t offset, int64_t n) {
            for (int64_t i = 0; i < n; ++i, out += result_bytes_) {
                parallel_for(0, pieces, 1, [&](int64_t begin, int64_t end) {
                    for (int64_t p = begin; p < end; ++p)
                        fold(partial[p].bytes, 1, offset + i * kept_step(), p * kPiece,
                             std::min(count_, (p + 1) * kPiece));
                });
                Accumulators<1> total;
                folding_.begin(reducer_, total.bytes, 1);
                for (const Accumulators<1>& part : partial) folding_.merge(reducer_, total.bytes, part.bytes);
                folding_.finish(reducer_, total.bytes, 1, count_, out);
            }
        });
    }

    void by_results(int64_t results) {
        const bool side_by_side = kept_step() == 1 && kept_.sizes()[0] >= 8 && reduced_.strides(0)[0] != 1;
        const int64_t grain = std::max<int64_t>(side_by_side ? 16 : 1, kParallelGrain / count_);
        parallel_for(0, results, grain, [&](int64_t begin, int64_t end) {
            char* out = out_ + begin * result_bytes_;
            Accumulators<kBlock> totals;
            kept_.for_each_run_of(0, begin, end, [&](int64_t offset, int64_t n) {
                for (int64_t first = 0; first < n; first += kBlock) {
                    const int64_t width = std::min(kBlock, n - first);
                    fold(totals.bytes, width, offset + first * kept_step(), 0, count_);
                    folding_.finish(reducer_, totals.bytes, width, count_, out);
                    out += width * result_bytes_;
                }
            });
        });
    }

    bool has_pieces(int64_t results) const { return results < 8 && count_ >= 2 * kPiece; }

 private:
    static constexpr int64_t kPiece = 65536;
    static constexpr int64_t kBlock = 256;

    template <int64_t kCount>
    struct Accumulators {
        alignas(16) std::byte bytes[kCount * kAccumulatorBytes];
    };

    int64_t kept_step() const { return kept_.strides(0)[0]; }

    /// Positions [begin, end) of what is reduced, for `results` results from element `offset` on.
    void fold(std::byte* totals, int64_t results, int64_t offset, int64_t begin, int64_t end) const {
        folding_.begin(reducer_, totals, results);
        const int64_t step = reduced_.strides(0)[0];
        reduced_.for_each_run_of(0, begin, end, [&](int64_t start, int64_t n) {
            folding_.fold(reducer_, totals, results, x_ + (offset + start) * value_bytes_, kept_step(), step, n);
        });
    }

    const Folding& folding_;
    const void* reducer_;
    const Loop kept_;
    const Loop reduced_;
    const int64_t count_;
    const char* x_;
    char* out_;
    const int64_t value_bytes_;
    const int64_t result_bytes_;
};

}  // namespace

Tensor reduce(const Tensor& self, const Folding& folding, const void* reducer, const ReducedDims& dims, bool keepdim) {
    WICK_ASSERT(self.dtype() == folding.value);
    Tensor result = empty(dims.result_sizes(self, keepdim), folding.result);
    const int64_t results = result.numel();
    if (results == 0) return result;
    Walk walk(self, folding, reducer, dims, static_cast<char*>(result.mutable_data_ptr()));
    if (dims.count(self) == 0) {
        walk.fill_empty(results);
    } else if (walk.has_pieces(results)) {
        walk.by_pieces(results);
    } else {
        walk.by_results(results);
    }
    return result;
}

}  // namespace wick::ops
