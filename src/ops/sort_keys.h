#pragma once
// Numbers as unsigned integers of the same order, so that what sorts and selects is compiled for two widths of integers
// and not for every dtype.
//
// NaN has the largest key, whatever its bits; -0 has that of 0. Equal keys are equal values but for NaN, which equals
// nothing.

#include <algorithm>
#include <vector>

#include <wick/tensor/tensor.h>

namespace wick::ops {

/// The keys of `count` elements of a dense tensor from `begin` on.
void write_sort_keys(const Tensor& dense, int64_t begin, int64_t count, uint64_t* keys);
std::vector<uint64_t> sort_keys(const Tensor& dense);
/// fn(i, key) for each of them, i from 0 on.
template <class F>
void for_each_sort_key(const Tensor& dense, int64_t begin, int64_t count, F&& fn) {
    constexpr int64_t kBlock = 512;
    uint64_t keys[kBlock];
    for (int64_t start = 0; start < count; start += kBlock) {
        const int64_t length = std::min(kBlock, count - start);
        write_sort_keys(dense, begin + start, length, keys);
        for (int64_t i = 0; i < length; ++i) fn(start + i, keys[i]);
    }
}
/// Whether the key is NaN's.
class IsNanKey {
 public:
    explicit IsNanKey(DType dtype);
    bool operator()(uint64_t key) const { return has_nan_ && key == key_; }

 private:
    bool has_nan_;
    uint64_t key_;
};

/// A key and the position that it had in its row, in one word: where both have 32 bits.
struct NarrowRank {
    static constexpr int kKeyBits = 32;
    uint64_t word;
    NarrowRank() = default;
    NarrowRank(uint64_t key, int64_t position) : word(key << 32 | static_cast<uint64_t>(position)) {}
    uint64_t key() const { return word >> 32; }
    int64_t position() const { return static_cast<int64_t>(word & UINT32_MAX); }
    bool operator<(NarrowRank other) const { return word < other.word; }
};

struct WideRank {
    static constexpr int kKeyBits = 64;
    uint64_t key_;
    int64_t position_;
    WideRank() = default;
    WideRank(uint64_t key, int64_t position) : key_(key), position_(position) {}
    uint64_t key() const { return key_; }
    int64_t position() const { return position_; }
    bool operator<(WideRank other) const {
        return key_ != other.key_ ? key_ < other.key_ : position_ < other.position_;
    }
};

/// Calls f.operator()<NarrowRank>() or <WideRank>(): whichever holds rows of that length.
template <class F>
void dispatch_rank(DType dtype, int64_t row_length, F&& f) {
    if (bytes_of(dtype) <= 4 && row_length <= int64_t{UINT32_MAX}) {
        f.template operator()<NarrowRank>();
    } else {
        f.template operator()<WideRank>();
    }
}

/// The `count` elements from `begin` on, in their order; with `descending` the largest has the smallest key.
template <class Rank>
std::vector<Rank> ranks_of(const Tensor& dense, int64_t begin, int64_t count, bool descending = false);
/// Sorts by keys; equal ones keep the order of their positions, which are those that ranks_of gave.
template <class Rank>
void sort_ranks(std::vector<Rank>& ranks);

/// to[i] = from[positions[i]], of elements of that many bytes.
void copy_elements(const void* from, int64_t bytes, const int64_t* positions, int64_t count, void* to);

}  // namespace wick::ops
