#include "ops/sort_keys.h"

#include <algorithm>
#include <array>
#include <bit>

#include <wick/support/stop_check.h>

#include "ops/tensor_ops.h"

namespace wick::ops {

namespace {

/// The bits of a float are those of a sign and a magnitude: negative ones are complemented, positive ones follow them.
template <class Bits>
Bits float_key(Bits bits, Bits infinity) {
    constexpr Bits kSign = Bits{1} << (sizeof(Bits) * 8 - 1);
    const Bits magnitude = bits & static_cast<Bits>(~kSign);
    if (magnitude > infinity) return static_cast<Bits>(~Bits{0});
    if (magnitude == 0) return kSign;
    return bits & kSign ? static_cast<Bits>(~bits) : static_cast<Bits>(bits | kSign);
}

uint16_t key_of(Half x) { return float_key<uint16_t>(x.bits, 0x7c00); }
uint16_t key_of(BFloat16 x) { return float_key<uint16_t>(x.bits, 0x7f80); }
uint32_t key_of(float x) { return float_key(std::bit_cast<uint32_t>(x), 0x7f800000u); }
uint64_t key_of(double x) { return float_key(std::bit_cast<uint64_t>(x), uint64_t{0x7ff0000000000000}); }
template <std::integral T>
auto key_of(T x) {
    using Key = std::make_unsigned_t<T>;
    return static_cast<Key>(static_cast<Key>(x) ^ static_cast<Key>(std::numeric_limits<T>::min()));
}
uint8_t key_of(bool x) { return x; }

/// Below it, comparing is faster than counting.
constexpr size_t kRadixLength = 192;

/// From the last byte of the keys to the first, each time into the places that the counts of that byte tell.
template <class Rank>
void radix_sort(std::vector<Rank>& ranks) {
    constexpr int kBytes = Rank::kKeyBits / 8;
    const auto digit = [](Rank rank, int byte) { return rank.key() >> (8 * byte) & 0xff; };
    std::vector<std::array<size_t, 256>> places(kBytes);
    StopCounter counter;
    for (const Rank rank : ranks) {
        counter.step();
        for (int byte = 0; byte < kBytes; ++byte) ++places[byte][digit(rank, byte)];
    }
    std::vector<Rank> other(ranks.size());
    for (int byte = 0; byte < kBytes; ++byte) {
        std::array<size_t, 256>& place = places[byte];
        if (place[digit(ranks[0], byte)] == ranks.size()) continue;
        size_t sum = 0;
        for (size_t& count : place) sum += std::exchange(count, sum);
        for (const Rank rank : ranks) {
            counter.step();
            other[place[digit(rank, byte)]++] = rank;
        }
        ranks.swap(other);
    }
}

}  // namespace

void write_sort_keys(const Tensor& dense, int64_t begin, int64_t count, uint64_t* keys) {
    dispatch_dtype(dense.dtype(), [&]<class T>() {
        if constexpr (requires(T x) { key_of(x); }) {
            const T* data = dense.data<T>() + begin;
            for (int64_t i = 0; i < count; ++i) keys[i] = key_of(data[i]);
        }
    });
}

std::vector<uint64_t> sort_keys(const Tensor& dense) {
    std::vector<uint64_t> keys(static_cast<size_t>(dense.numel()));
    write_sort_keys(dense, 0, dense.numel(), keys.data());
    return keys;
}

IsNanKey::IsNanKey(DType dtype) : has_nan_(is_floating(dtype)), key_(UINT64_MAX >> (64 - 8 * bytes_of(dtype))) {}

template <class Rank>
std::vector<Rank> ranks_of(const Tensor& dense, int64_t begin, int64_t count, bool descending) {
    std::vector<Rank> ranks(static_cast<size_t>(count));
    const uint64_t flip = descending ? UINT64_MAX >> (64 - Rank::kKeyBits) : 0;
    for_each_sort_key(dense, begin, count, [&](int64_t i, uint64_t key) { ranks[i] = Rank(key ^ flip, i); });
    return ranks;
}

template <class Rank>
void sort_ranks(std::vector<Rank>& ranks) {
    if (ranks.size() < kRadixLength) return std::sort(ranks.begin(), ranks.end());
    if (!std::is_sorted(ranks.begin(), ranks.end())) radix_sort(ranks);
}

template std::vector<NarrowRank> ranks_of(const Tensor&, int64_t, int64_t, bool);
template std::vector<WideRank> ranks_of(const Tensor&, int64_t, int64_t, bool);
template void sort_ranks(std::vector<NarrowRank>&);
template void sort_ranks(std::vector<WideRank>&);

void copy_elements(const void* from, int64_t bytes, const int64_t* positions, int64_t count, void* to) {
    const auto copy = [&]<class T>(T) {
        for (int64_t i = 0; i < count; ++i) static_cast<T*>(to)[i] = static_cast<const T*>(from)[positions[i]];
    };
    switch (bytes) {
        case 1:
            return copy(uint8_t{});
        case 2:
            return copy(uint16_t{});
        case 4:
            return copy(uint32_t{});
        default:
            return copy(uint64_t{});
    }
}

}  // namespace wick::ops
