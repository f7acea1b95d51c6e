#pragma once
// Working memory of a kernel call: the caller's (a memory plan's) when it is large enough, the heap's otherwise.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace wick::kernels {

inline constexpr size_t kAlignment = 64;

constexpr size_t align_up(size_t bytes) { return (bytes + kAlignment - 1) & ~(kAlignment - 1); }

/// Heap memory aligned to 64 bytes, uninitialised.
class AlignedBuffer {
 public:
    AlignedBuffer() = default;
    explicit AlignedBuffer(size_t bytes) : AlignedBuffer(bytes, kAlignment) {}
    /// For what lives long and is filled at once, as packed weights: huge pages where that spares many page faults.
    static AlignedBuffer lasting(size_t bytes);
    AlignedBuffer(AlignedBuffer&& other) noexcept { *this = std::move(other); }
    AlignedBuffer& operator=(AlignedBuffer&& other) noexcept;
    ~AlignedBuffer();

    void* data() const { return data_; }
    size_t bytes() const { return bytes_; }

 private:
    AlignedBuffer(size_t bytes, size_t alignment);
    /// Of support/block_pool.h.
    bool is_block() const;
    void* data_ = nullptr;
    size_t bytes_ = 0;
    size_t alignment_ = kAlignment;
};

/// Memory that a caller lends for one call. Any alignment; contents are not kept. The default asks the kernel to
/// allocate for itself. The matching `*_scratch_bytes` function says how much avoids that.
struct ScratchRef {
    void* data = nullptr;
    size_t bytes = 0;
};

/// One call's scratch memory. What a thread had to allocate it keeps for its next call, up to kKeptScratch bytes.
class Scratch {
 public:
    static constexpr size_t kKeptScratch = size_t{8} << 20;
    Scratch(ScratchRef lent, size_t bytes);
    ~Scratch();
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    template <class T>
    T* at(size_t byte_offset = 0) const {
        return reinterpret_cast<T*>(static_cast<std::byte*>(data_) + byte_offset);
    }

 private:
    AlignedBuffer own_;
    void* data_;
};

/// Bytes to lend so that a Scratch of `bytes` fits at any alignment.
constexpr size_t lent_bytes(size_t bytes) { return bytes == 0 ? 0 : align_up(bytes) + kAlignment; }

/// Equal slices of scratch memory for the bodies of one parallel_for, of which at most `slots` run at a time. A body
/// claims a slice while it runs; should all be taken, it gets memory from the heap instead.
class SlotPool {
 public:
    SlotPool(void* memory, size_t slots, size_t slot_bytes);
    static constexpr size_t kMaxSlots = 64;

    class Claim {
     public:
        explicit Claim(SlotPool& pool);
        ~Claim();
        Claim(const Claim&) = delete;
        Claim& operator=(const Claim&) = delete;
        template <class T>
        T* at(size_t byte_offset = 0) const {
            return reinterpret_cast<T*>(static_cast<std::byte*>(data_) + byte_offset);
        }

     private:
        SlotPool& pool_;
        int slot_;
        void* data_;
        AlignedBuffer own_;
    };

 private:
    std::byte* memory_;
    size_t slot_bytes_;
    std::atomic<uint64_t> free_;  // bit i: slice i is free
};

}  // namespace wick::kernels
