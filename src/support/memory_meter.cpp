#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include <wick/support/error.h>
#include <wick/support/memory_meter.h>

namespace wick {

static thread_local MemoryMeter* t_meter = nullptr;

void MemoryMeter::add(int64_t bytes) {
    const int64_t now = used_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
    if (now > limit_) {
        remove(bytes);
        throw LimitError(LimitError::Kind::memory,
                         fmt::format("memory limit reached: {} bytes in use, {} more asked for, limit {}", now - bytes,
                                     bytes, limit_));
    }
    int64_t peak = peak_.load(std::memory_order_relaxed);
    while (now > peak && !peak_.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
    }
}

MemoryMeterGuard::MemoryMeterGuard(MemoryMeter* meter) : saved_(std::exchange(t_meter, meter)) {}
MemoryMeterGuard::~MemoryMeterGuard() { t_meter = saved_; }
MemoryMeter* MemoryMeterGuard::current() noexcept { return t_meter; }

void check_memory(int64_t bytes) {
    if (!t_meter) return;
    t_meter->add(bytes);
    t_meter->remove(bytes);
}

void RefCounted::charge(int64_t bytes) const {
    MemoryMeter* meter = MemoryMeterGuard::current();
    if (!meter) return;
    const int64_t units = bytes / kChargeUnit + (bytes % kChargeUnit > 0 ? 1 : 0);
    const int64_t before = charge_.load(std::memory_order_relaxed);
    const int64_t after = std::clamp<int64_t>(before + units, 0, UINT32_MAX);
    if (after > before) {
        meter->add((after - before) * kChargeUnit);
    } else {
        meter->remove((before - after) * kChargeUnit);
    }
    charge_.store(static_cast<uint32_t>(after), std::memory_order_relaxed);
}

}  // namespace wick
