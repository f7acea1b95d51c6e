#include "kernels/scratch.h"

#include <bit>
#include <new>
#include <sys/mman.h>
#include <utility>

#include "support/block_pool.h"

namespace wick::kernels {

static constexpr size_t kHugePage = size_t{2} << 20;

bool AlignedBuffer::is_block() const { return alignment_ <= kBlockAlignment; }

AlignedBuffer::AlignedBuffer(size_t bytes, size_t alignment) : bytes_(align_up(bytes)), alignment_(alignment) {
    if (bytes_ == 0) return;
    data_ = is_block() ? take_block(bytes_) : ::operator new(bytes_, std::align_val_t(alignment_));
    if (!data_) throw std::bad_alloc();
}

AlignedBuffer AlignedBuffer::lasting(size_t bytes) {
    if (bytes < 2 * kHugePage) return AlignedBuffer(bytes);
    AlignedBuffer buffer(bytes, kHugePage);
    ::madvise(buffer.data_, buffer.bytes_, MADV_HUGEPAGE);
    return buffer;
}

AlignedBuffer::~AlignedBuffer() {
    if (data_ == nullptr) return;
    if (is_block())
        give_block(data_, bytes_);
    else
        ::operator delete(data_, std::align_val_t(alignment_));
}

AlignedBuffer& AlignedBuffer::operator=(AlignedBuffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    std::swap(alignment_, other.alignment_);
    return *this;
}

static thread_local AlignedBuffer t_spare;

Scratch::Scratch(ScratchRef lent, size_t bytes) : data_(nullptr) {
    if (bytes == 0) return;
    const auto address = reinterpret_cast<uintptr_t>(lent.data);
    const size_t skip = align_up(address) - address;
    if (lent.data != nullptr && lent.bytes >= bytes + skip) {
        data_ = static_cast<std::byte*>(lent.data) + skip;
    } else {
        own_ = t_spare.bytes() >= bytes ? std::move(t_spare) : AlignedBuffer(bytes);
        data_ = own_.data();
    }
}

Scratch::~Scratch() {
    if (own_.bytes() == 0) return;
    if (own_.bytes() > t_spare.bytes() && own_.bytes() <= kKeptScratch) t_spare = std::move(own_);
}

SlotPool::SlotPool(void* memory, size_t slots, size_t slot_bytes)
    : memory_(static_cast<std::byte*>(memory)), slot_bytes_(slot_bytes) {
    if (slots > kMaxSlots) slots = kMaxSlots;
    free_ = slots == 64 ? ~uint64_t{0} : (uint64_t{1} << slots) - 1;
}

SlotPool::Claim::Claim(SlotPool& pool) : pool_(pool), slot_(-1), data_(nullptr) {
    if (pool.slot_bytes_ == 0) return;
    uint64_t free = pool.free_.load(std::memory_order_relaxed);
    while (free != 0) {
        const uint64_t bit = free & (~free + 1);
        if (pool.free_.compare_exchange_weak(free, free & ~bit, std::memory_order_acquire, std::memory_order_relaxed)) {
            slot_ = std::countr_zero(bit);
            data_ = pool.memory_ + static_cast<size_t>(slot_) * pool.slot_bytes_;
            return;
        }
    }
    own_ = AlignedBuffer(pool.slot_bytes_);
    data_ = own_.data();
}

SlotPool::Claim::~Claim() {
    if (slot_ >= 0) pool_.free_.fetch_or(uint64_t{1} << slot_, std::memory_order_release);
}

}  // namespace wick::kernels
