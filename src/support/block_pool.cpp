#include "support/block_pool.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <mutex>
#include <vector>

#include "support/address_sanitizer.h"

namespace wick {

namespace {

/// Below, libc keeps the pages itself.
constexpr size_t kSmallest = size_t{1} << 16;
constexpr size_t kLargest = size_t{32} << 20;
/// Blocks that wait: their bytes and their number. Beyond that the oldest go back to libc.
constexpr size_t kMostBytes = size_t{64} << 20;
constexpr size_t kMostBlocks = 256;

constexpr size_t align_up(size_t bytes, size_t step) { return (bytes + step - 1) / step * step; }

bool is_pooled(size_t bytes) { return !kUnderAddressSanitizer && bytes >= kSmallest && bytes <= kLargest; }

/// What is asked of libc: sizes that differ little are one, at most an eighth more than needed.
size_t rounded(size_t bytes) { return align_up(bytes, is_pooled(bytes) ? std::bit_floor(bytes) / 8 : kBlockAlignment); }

class BlockPool {
 public:
    void* take(size_t size) {
        // Who meets another thread here, or the lock as a fork of the process left it, goes without.
        const std::unique_lock lock(mutex_, std::try_to_lock);
        if (!lock) return nullptr;
        const auto found =
            std::find_if(blocks_.rbegin(), blocks_.rend(), [&](const Block& block) { return block.size == size; });
        if (found == blocks_.rend()) return nullptr;
        void* const memory = found->memory;
        bytes_ -= size;
        blocks_.erase(std::next(found).base());
        return memory;
    }

    void give(void* memory, size_t size) {
        std::unique_lock lock(mutex_, std::try_to_lock);
        if (!lock) return std::free(memory);
        if (blocks_.capacity() == 0) blocks_.reserve(kMostBlocks);
        auto kept = blocks_.begin();
        size_t count = blocks_.size();
        for (; kept != blocks_.end() && (bytes_ + size > kMostBytes || count == kMostBlocks); ++kept, --count) {
            bytes_ -= kept->size;
            std::free(kept->memory);
        }
        blocks_.erase(blocks_.begin(), kept);
        blocks_.push_back({memory, size});
        bytes_ += size;
    }

    size_t bytes() {
        const std::lock_guard lock(mutex_);
        return bytes_;
    }

 private:
    struct Block {
        void* memory;
        size_t size;
    };
    std::mutex mutex_;
    std::vector<Block> blocks_;  ///< the oldest first
    size_t bytes_ = 0;
};

/// Never destroyed: storages may outlive whatever is.
BlockPool& pool() {
    static auto* const pool = new BlockPool;
    return *pool;
}

}  // namespace

void* take_block(size_t bytes) {
    const size_t size = rounded(bytes);
    void* const waiting = is_pooled(size) ? pool().take(size) : nullptr;
    return waiting ? waiting : std::aligned_alloc(kBlockAlignment, size);
}

void give_block(void* block, size_t bytes) {
    const size_t size = rounded(bytes);
    if (is_pooled(size))
        pool().give(block, size);
    else
        std::free(block);
}

size_t waiting_bytes() { return pool().bytes(); }

}  // namespace wick
