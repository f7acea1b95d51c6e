#pragma once
// The bytes behind tensors.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include <wick/support/export.h>
#include <wick/support/intrusive_ptr.h>
#include <wick/support/memory_meter.h>

namespace wick {

/// A block of bytes that tensors view. Shared; its address never changes, but resize_ may move the block. A small block
/// lies right behind the object.
class WICK_API Storage : public RefCounted {
 public:
    /// Uninitialised bytes, 64-byte aligned, counted by the current meter. Throws OpError when there is no memory.
    static IntrusivePtr<Storage> allocate(int64_t bytes);
    /// Wraps memory of the caller or of a mapped file; `release` runs when the last tensor is gone.
    static IntrusivePtr<Storage> wrap(void* data, int64_t bytes, std::function<void()> release, bool read_only = false);

    void* data() const { return data_; }
    int64_t bytes() const { return bytes_; }
    /// Grows or shrinks in place of tensors that view it; keeps the common prefix.
    void resize(int64_t bytes);
    /// A mapped, shared file: the first write copies it (see Tensor::mutable_data).
    bool read_only() const { return read_only_.load(std::memory_order_acquire); }
    /// Replaces mapped read-only bytes by a private copy.
    void make_writable();
    /// Counts writes; data derived from the bytes (packed weights) is valid only for the version it was made from.
    uint32_t version() const { return version_.load(std::memory_order_acquire); }
    /// Counts them without those that passes of autograd are not to hear of.
    uint32_t heard_version() const { return version() - unheard_.load(std::memory_order_acquire); }
    void bump_version(bool heard = true) {
        if (!heard) unheard_.fetch_add(1, std::memory_order_acq_rel);
        version_.fetch_add(1, std::memory_order_acq_rel);
    }
    /// The same for who alone can reach the storage: nothing that other processors have to agree to.
    void bump_own_version() { version_.store(version_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }

 private:
    Storage() = default;
    ~Storage() override;
    static IntrusivePtr<Storage> allocate(int64_t bytes, int64_t largest_within);
    void free_block();
    static void* operator new(size_t size, size_t extra = 0) { return ::operator new(size + extra); }
    static void operator delete(void* pointer) { ::operator delete(pointer); }
    static void operator delete(void* pointer, size_t) { ::operator delete(pointer); }

    void* data_ = nullptr;
    int64_t bytes_ = 0;
    std::function<void()> release_;
    IntrusivePtr<MemoryMeter> meter_;
    std::atomic<uint32_t> version_{0};
    std::atomic<uint32_t> unheard_{0};
    std::atomic<bool> read_only_{false};
    bool owned_ = false;
};

}  // namespace wick
