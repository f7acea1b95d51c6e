#pragma once
// Random numbers. A generator is the 32-bit Mersenne Twister (MT19937, Matsumoto and Nishimura 1998), seeded and read
// as PyTorch's CPU generator is, so the same seed gives the same tensors.

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

#include <wick/tensor/tensor.h>

namespace wick {

/// A shared source of random numbers; safe to use from any thread. Numbers are drawn through a RandomStream.
class WICK_API GeneratorImpl : public RefCounted {
 public:
    static constexpr uint64_t kDefaultSeed = 67280421310721;

    explicit GeneratorImpl(uint64_t seed = kDefaultSeed) { restart(seed); }

    /// Starts again from a seed. The twister uses its lower 32 bits.
    void manual_seed(uint64_t seed);
    /// Starts from a seed of the system's entropy (53 bits) and returns it.
    uint64_t seed();
    /// The seed of the last start.
    uint64_t initial_seed() const;

    /// The whole state as 5056 bytes, in the layout of torch.get_rng_state: little-endian
    /// u64 seed, i32 left, i32 seeded, u64 next, u64 words[624], f64 unused, f64 normal, f64 unused, i32
    /// normal_is_valid, 4 bytes padding, f32 unused, u8 unused, 3 bytes padding.
    Tensor get_state() const;
    /// Throws OpError unless `state` is such a tensor.
    void set_state(const Tensor& state);

 private:
    friend class RandomStream;
    static constexpr size_t kWords = 624;
    static constexpr uint32_t kFresh = kWords + 1;

    void restart(uint64_t seed);
    void refill();

    mutable std::mutex mutex_;
    uint64_t seed_ = 0;
    std::array<uint32_t, kWords> words_;
    uint32_t next_ = 0;                  ///< index of the next word; kWords when all are used, kFresh before the first
    std::optional<double> next_normal_;  ///< Box-Muller makes two numbers; the second waits here
};

/// Exclusive use of a generator while a tensor is filled: its numbers are consecutive, whatever other threads draw.
class WICK_API RandomStream {
 public:
    explicit RandomStream(GeneratorImpl& generator) : generator_(generator), lock_(generator.mutex_) {}

    uint32_t next32() {
        if (generator_.next_ >= GeneratorImpl::kWords) generator_.refill();
        uint32_t y = generator_.words_[generator_.next_++];
        y ^= y >> 11;
        y ^= y << 7 & 0x9d2c5680u;
        y ^= y << 15 & 0xefc60000u;
        return y ^ y >> 18;
    }
    /// Two words, the upper one first.
    uint64_t next64() {
        const uint64_t upper = next32();
        return upper << 32 | next32();
    }
    /// Uniform in [0, 1): 53 random bits as a double, 24 as a float.
    template <class T = double>
    T uniform() {
        if constexpr (sizeof(T) == 8) {
            return static_cast<double>(next64() & ((uint64_t{1} << 53) - 1)) * 0x1p-53;
        } else {
            return static_cast<float>(next32() & ((uint32_t{1} << 24) - 1)) * 0x1p-24f;
        }
    }
    /// Standard normal, by the Box-Muller transform.
    double normal();

 private:
    GeneratorImpl& generator_;
    std::lock_guard<std::mutex> lock_;
};

/// What operators draw from when no generator is given: one for the process, seeded from entropy.
WICK_API GeneratorImpl& default_generator();
/// Seeds the default generator (torch.manual_seed).
WICK_API void manual_seed(uint64_t seed);

/// A handle on a generator, for the operators that take one: randn({2, 3}, generator). Copies share the generator; an
/// undefined one stands for the default.
class Generator {
 public:
    Generator() = default;
    explicit Generator(IntrusivePtr<GeneratorImpl> impl) : impl_(std::move(impl)) {}

    bool defined() const { return static_cast<bool>(impl_); }
    const IntrusivePtr<GeneratorImpl>& impl_ptr() const { return impl_; }
    void set_current_seed(uint64_t seed) const { impl_->manual_seed(seed); }
    uint64_t current_seed() const { return impl_->initial_seed(); }
    uint64_t seed() const { return impl_->seed(); }
    Tensor get_state() const { return impl_->get_state(); }
    void set_state(const Tensor& state) const { impl_->set_state(state); }
    /// Another generator that goes on to give the same numbers.
    Generator clone() const {
        Generator copy(make_intrusive<GeneratorImpl>());
        copy.set_state(get_state());
        return copy;
    }
    bool operator==(const Generator& other) const { return impl_ == other.impl_; }

 private:
    IntrusivePtr<GeneratorImpl> impl_;
};

inline Generator make_generator(uint64_t seed = GeneratorImpl::kDefaultSeed) {
    return Generator(make_intrusive<GeneratorImpl>(seed));
}

}  // namespace wick
