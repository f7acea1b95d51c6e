#include <cstring>
#include <mutex>
#include <sys/mman.h>

#include <wick/support/check.h>
#include <wick/tensor/storage.h>

#include "support/address_sanitizer.h"
#include "support/block_pool.h"
#include "tensor/zero_storage.h"

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

/// Address space that reads as zeros and takes no memory: what lies behind all storages of zero_storage.h.
static char* zero_space() {
    static char* const space = [] {
        void* found = ::mmap(nullptr, kZeroSpace, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        return found == MAP_FAILED ? nullptr : static_cast<char*>(found);
    }();
    WICK_CHECK(space, "not enough address space for tensors without elements");
    return space;
}

/// Storages without elements begin behind this offset, those of zeros at the start.
static constexpr int64_t kWithoutElements = 4096;
static std::atomic<void*> where_no_elements_are{nullptr};

static IntrusivePtr<Storage> in_zero_space(int64_t bytes, int64_t offset) {
    WICK_CHECK(bytes >= 0 && bytes <= kZeroSpace - kWithoutElements, "tensors without elements have at most {} bytes",
               kZeroSpace - kWithoutElements);
    return Storage::wrap(zero_space() + offset, bytes, {}, true);
}

IntrusivePtr<Storage> zero_storage(int64_t bytes) { return in_zero_space(bytes, 0); }
IntrusivePtr<Storage> storage_without_elements(int64_t bytes) {
    IntrusivePtr<Storage> storage = in_zero_space(bytes, kWithoutElements);
    where_no_elements_are.store(storage->data(), std::memory_order_relaxed);
    return storage;
}
bool has_no_elements(const Storage& storage) {
    const void* const place = where_no_elements_are.load(std::memory_order_relaxed);
    return place && storage.data() == place;
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
    if (has_no_elements(*this)) {
        bytes_ = bytes;
        return;
    }
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
    WICK_CHECK(!has_no_elements(*this), "a tensor of the meta device has no elements that could be written");
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
