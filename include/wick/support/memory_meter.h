#pragma once
// Who counts the bytes that a call holds: tensors' storages, and the small objects that its program makes.

#include <atomic>
#include <cstdint>

#include <wick/support/export.h>
#include <wick/support/intrusive_ptr.h>

namespace wick {

/// Counts the bytes that one call holds and refuses more than its limit (LimitError, kind memory).
class WICK_API MemoryMeter : public RefCounted {
 public:
    explicit MemoryMeter(int64_t limit) : limit_(limit) {}
    void add(int64_t bytes);
    void remove(int64_t bytes) noexcept { used_.fetch_sub(bytes, std::memory_order_relaxed); }
    int64_t used() const { return used_.load(std::memory_order_relaxed); }
    int64_t peak() const { return peak_.load(std::memory_order_relaxed); }

 private:
    const int64_t limit_;
    std::atomic<int64_t> used_{0};
    std::atomic<int64_t> peak_{0};
};

/// The meter that allocations on this thread count against, for the lifetime of the guard (null: none).
class WICK_API MemoryMeterGuard {
 public:
    explicit MemoryMeterGuard(MemoryMeter* meter);
    ~MemoryMeterGuard();
    MemoryMeterGuard(const MemoryMeterGuard&) = delete;
    MemoryMeterGuard& operator=(const MemoryMeterGuard&) = delete;
    static MemoryMeter* current() noexcept;

 private:
    MemoryMeter* saved_;
};

/// Throws LimitError when the current meter could not hold `bytes` more. For what is about to be allocated and is
/// counted later or never: a list or a string that grows by that much.
WICK_API void check_memory(int64_t bytes);

}  // namespace wick
