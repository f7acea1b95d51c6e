#include <cmath>
#include <cstring>
#include <numbers>
#include <random>

#include <wick/support/check.h>
#include <wick/tensor/generator.h>

namespace wick {
namespace {

/// Offsets into the bytes of get_state.
enum StateOffset : size_t {
    kSeed = 0,
    kLeft = 8,
    kSeeded = 12,
    kNext = 16,
    kWord = 24,
    kNormal = 5024,
    kNormalIsValid = 5040,
    kStateBytes = 5056,
};

uint64_t entropy() {
    std::random_device device;
    const uint64_t upper = device();
    return (upper << 32 | device()) & ((uint64_t{1} << 53) - 1);
}

}  // namespace

void GeneratorImpl::restart(uint64_t seed) {
    seed_ = seed;
    words_[0] = static_cast<uint32_t>(seed);
    for (uint32_t i = 1; i < kWords; ++i) words_[i] = 1812433253u * (words_[i - 1] ^ words_[i - 1] >> 30) + i;
    next_ = kFresh;
    next_normal_.reset();
}

void GeneratorImpl::refill() {
    constexpr size_t kMiddle = 397;
    const auto twist = [this](size_t i, size_t successor, size_t distant) {
        const uint32_t mixed = (words_[i] & 0x80000000u) | (words_[successor] & 0x7fffffffu);
        words_[i] = words_[distant] ^ mixed >> 1 ^ ((0 - (words_[successor] & 1)) & 0x9908b0dfu);
    };
    for (size_t i = 0; i < kWords - kMiddle; ++i) twist(i, i + 1, i + kMiddle);
    for (size_t i = kWords - kMiddle; i < kWords - 1; ++i) twist(i, i + 1, i + kMiddle - kWords);
    twist(kWords - 1, 0, kMiddle - 1);
    next_ = 0;
}

void GeneratorImpl::manual_seed(uint64_t seed) {
    std::lock_guard lock(mutex_);
    restart(seed);
}

uint64_t GeneratorImpl::seed() {
    const uint64_t seed = entropy();
    manual_seed(seed);
    return seed;
}

uint64_t GeneratorImpl::initial_seed() const {
    std::lock_guard lock(mutex_);
    return seed_;
}

Tensor GeneratorImpl::get_state() const {
    const Tensor state = empty({kStateBytes}, DType::uint8);
    char* bytes = static_cast<char*>(state.mutable_data_ptr());
    std::memset(bytes, 0, kStateBytes);
    const auto put = [bytes](size_t offset, auto value) { std::memcpy(bytes + offset, &value, sizeof value); };
    std::lock_guard lock(mutex_);
    put(kSeed, seed_);
    // `left` is one more than the words that are left; a fresh generator has none and points at the first.
    const bool fresh = next_ == kFresh;
    put(kLeft, static_cast<int32_t>(fresh ? 1 : kWords - next_ + 1));
    put(kSeeded, int32_t{1});
    put(kNext, static_cast<uint64_t>(fresh ? 0 : next_));
    for (size_t i = 0; i < kWords; ++i) put(kWord + 8 * i, static_cast<uint64_t>(words_[i]));
    if (next_normal_) {
        put(kNormal, *next_normal_);
        put(kNormalIsValid, int32_t{1});
    }
    return state;
}

void GeneratorImpl::set_state(const Tensor& state) {
    WICK_CHECK(state.defined() && state.dtype() == DType::uint8 && state.is_contiguous(),
               "RNG state must be a torch.ByteTensor");
    WICK_CHECK(state.numel() == kStateBytes,
               "Expected a CPUGeneratorImplState of size {} but found the input RNG state size to be {}",
               static_cast<size_t>(kStateBytes), state.numel());
    const char* bytes = static_cast<const char*>(state.data_ptr());
    const auto get = [bytes]<class T>(size_t offset, T) {
        T value;
        std::memcpy(&value, bytes + offset, sizeof value);
        return value;
    };
    const int32_t left = get(kLeft, int32_t{});
    WICK_CHECK(
        get(kSeeded, int32_t{}) && left > 0 && left <= static_cast<int32_t>(kWords) && get(kNext, uint64_t{}) <= kWords,
        "Invalid mt19937 state");
    std::lock_guard lock(mutex_);
    seed_ = get(kSeed, uint64_t{});
    for (size_t i = 0; i < kWords; ++i) words_[i] = static_cast<uint32_t>(get(kWord + 8 * i, uint64_t{}));
    const uint32_t used = static_cast<uint32_t>(kWords + 1 - static_cast<size_t>(left));
    next_ = used == kWords && get(kNext, uint64_t{}) == 0 ? kFresh : used;
    next_normal_.reset();
    if (get(kNormalIsValid, int32_t{})) next_normal_ = get(kNormal, double{});
}

double RandomStream::normal() {
    if (generator_.next_normal_) {
        const double value = *generator_.next_normal_;
        generator_.next_normal_.reset();
        return value;
    }
    const double u1 = uniform();
    const double u2 = uniform();
    const double radius = std::sqrt(-2 * std::log1p(-u2));
    const double theta = 2 * std::numbers::pi * u1;
    generator_.next_normal_ = radius * std::sin(theta);
    return radius * std::cos(theta);
}

GeneratorImpl& default_generator() {
    static const IntrusivePtr<GeneratorImpl> generator = make_intrusive<GeneratorImpl>(entropy());
    return *generator;
}

void manual_seed(uint64_t seed) { default_generator().manual_seed(seed); }

}  // namespace wick
