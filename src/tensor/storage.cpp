#include <cstring>
#include <mutex>

#include <wick/support/check.h>
#include <wick/tensor/storage.h>

#include "support/address_sanitizer.h"
#include "support/block_pool.h"

namespace wick {

static constexpr auto kAlignment = static_cast<int64_t>(kBlockAlignment);
/// Up to here one allocation costs less than two, what aligning wastes included.
static constexpr int64_t kLargestWithin = kUnderAddressSanitizer ? 0 : 1 << 14;

// Where nothing lies: storages without bytes have an address as well, to which tensors may add their offsets.
alignas(kAlignment) static char no_bytes[kAlignment];

static void* allocate_block(int64_t bytes) {
    void* block = take_block(static_cast<size_t>(bytes));
    WICK_CHECK(block, "not enough memory: tried to allocate {} bytes", bytes);
    return block;
}

IntrusivePtr<Storage> Storage::allocate(int64_t bytes) { return allocate(bytes, kLargestWithin); }

IntrusivePtr<Storage> Storage::allocate(int64_t bytes, int64_t largest_within) {
    WICK_CHECK(bytes >= 0 && bytes <= INT64_MAX - kAlignment, "not enough memory: tried to allocate {} bytes", bytes);
    const bool is_within = bytes > 0 && bytes <= largest_within;
    IntrusivePtr<Storage> storage(is_within ? new (static_cast<size_t>(bytes + kAlignment)) Storage() : new Storage());
    if (MemoryMeter* meter = MemoryMeterGuard::current()) {
        meter->add(bytes);
        storage->meter_ = IntrusivePtr<MemoryMeter>(meter);
    }
    storage->bytes_ = bytes;
    if (is_within) {
        const auto end = reinterpret_cast<uintptr_t>(storage.get() + 1);
        storage->data_ = reinterpret_cast<void*>((end + kAlignment - 1) / kAlignment * kAlignment);
        return storage;
    }
    storage->owned_ = bytes > 0;
    storage->data_ = bytes > 0 ? allocate_block(bytes) : no_bytes;
    return storage;
}

IntrusivePtr<Storage> Storage::wrap(void* data, int64_t bytes, std::function<void()> release, bool read_only) {
    IntrusivePtr<Storage> storage(new Storage());
    storage->data_ = data ? data : no_bytes;
    storage->bytes_ = bytes;
    storage->release_ = std::move(release);
    storage->read_only_ = read_only;
    return storage;
}

void Storage::free_block() {
    if (owned_) give_block(data_, static_cast<size_t>(bytes_));
    if (release_) std::exchange(release_, {})();
    if (meter_) meter_->remove(bytes_);
    meter_ = nullptr;
    data_ = nullptr;
}

Storage::~Storage() { free_block(); }

void Storage::resize(int64_t bytes) {
    if (bytes == bytes_) return;
    IntrusivePtr<Storage> other = allocate(bytes, 0);
    std::memcpy(other->data_, data_, static_cast<size_t>(std::min(bytes, bytes_)));
    free_block();
    data_ = std::exchange(other->data_, nullptr);
    bytes_ = bytes;
    meter_ = std::exchange(other->meter_, nullptr);
    owned_ = std::exchange(other->owned_, false);
    read_only_ = false;
}

void Storage::make_writable() {
    if (!read_only()) return;
    static std::mutex mutex;
    std::lock_guard lock(mutex);
    if (!read_only()) return;
    void* copy = allocate_block(bytes_);
    std::memcpy(copy, data_, static_cast<size_t>(bytes_));
    data_ = copy;
    owned_ = true;
    // The mapping stays until this storage goes: another thread may still read through the old address.
    read_only_.store(false, std::memory_order_release);
}

}  // namespace wick
