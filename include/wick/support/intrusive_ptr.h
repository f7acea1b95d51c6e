#pragma once
// Reference counting inside the object: one word, no control block.

#include <atomic>
#include <cstdint>
#include <utility>

#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#endif

#include <wick/support/export.h>

namespace wick {

/// Whether this thread is the process's only one, as glibc tells: counting then needs no atomic read-modify-write,
/// which costs as much as twenty plain instructions.
inline bool is_single_threaded() noexcept {
#if __has_include(<sys/single_threaded.h>)
    return __libc_single_threaded;
#else
    return false;
#endif
}

/// Base of every shared object (tensors, lists, types, …). Thread-safe counting; an object made immortal is never
/// counted, so threads that share it touch no common cache line.
class WICK_API RefCounted {
 public:
    RefCounted() = default;
    RefCounted(const RefCounted&) = delete;
    RefCounted& operator=(const RefCounted&) = delete;

    void retain() const noexcept {
        const uint32_t count = count_.load(std::memory_order_relaxed);
        if (count >= kImmortal) return;
        if (is_single_threaded())
            count_.store(count + 1, std::memory_order_relaxed);
        else
            count_.fetch_add(1, std::memory_order_relaxed);
    }
    void release() const noexcept {
        const uint32_t count = count_.load(std::memory_order_relaxed);
        if (count >= kImmortal) return;
        if (is_single_threaded()) {
            count_.store(count - 1, std::memory_order_relaxed);
            if ((count & ~kShared) == 1) destroy();
        } else if ((count_.fetch_sub(1, std::memory_order_acq_rel) & ~kShared) == 1) {
            destroy();
        }
    }
    void make_immortal() const noexcept { count_.fetch_or(kImmortal, std::memory_order_relaxed); }
    uint32_t use_count() const noexcept { return count_.load(std::memory_order_acquire) & ~kShared; }

    /// Several calls may reach the object at a time (shared_state.h); once said, never taken back.
    void mark_shared() const noexcept { count_.fetch_or(kShared, std::memory_order_relaxed); }
    bool is_shared() const noexcept { return count_.load(std::memory_order_relaxed) & kShared; }

    /// Makes this thread's memory meter (memory_meter.h) count `bytes` more for the object, or fewer, until it goes;
    /// LimitError when the limit leaves less. Without a meter nothing happens.
    void charge(int64_t bytes) const;
    bool is_charged() const noexcept { return charge_.load(std::memory_order_relaxed) != 0; }

 protected:
    virtual ~RefCounted() = default;

 private:
    static constexpr uint32_t kImmortal = 0x80000000u;
    static constexpr uint32_t kShared = 0x40000000u;
    static constexpr int64_t kChargeUnit = 16;
    /// Deletes the object; chains of any length (a linked list of script objects) are taken down without recursion.
    void destroy() const noexcept;
    mutable std::atomic<uint32_t> count_{0};
    mutable std::atomic<uint32_t> charge_{0};  ///< in units of kChargeUnit
};

/// Owning pointer to a RefCounted object.
template <class T>
class IntrusivePtr {
 public:
    using element_type = T;
    IntrusivePtr() noexcept = default;
    IntrusivePtr(std::nullptr_t) noexcept {}
    explicit IntrusivePtr(T* pointer) noexcept : pointer_(pointer) {
        if (pointer_) pointer_->retain();
    }
    IntrusivePtr(const IntrusivePtr& other) noexcept : IntrusivePtr(other.pointer_) {}
    IntrusivePtr(IntrusivePtr&& other) noexcept : pointer_(std::exchange(other.pointer_, nullptr)) {}
    template <class U>
    requires std::is_convertible_v<U*, T*> IntrusivePtr(const IntrusivePtr<U>& other)
    noexcept : IntrusivePtr(other.get()) {}
    template <class U>
    requires std::is_convertible_v<U*, T*> IntrusivePtr(IntrusivePtr<U>&& other)
    noexcept : pointer_(other.detach()) {}
    ~IntrusivePtr() {
        if (pointer_) pointer_->release();
    }
    IntrusivePtr& operator=(IntrusivePtr other) noexcept {
        std::swap(pointer_, other.pointer_);
        return *this;
    }
    /// Takes over a reference that was already counted.
    static IntrusivePtr adopt(T* pointer) noexcept {
        IntrusivePtr result;
        result.pointer_ = pointer;
        return result;
    }
    /// Gives up the reference without releasing it.
    T* detach() noexcept { return std::exchange(pointer_, nullptr); }
    T* get() const noexcept { return pointer_; }
    T* operator->() const noexcept { return pointer_; }
    T& operator*() const noexcept { return *pointer_; }
    explicit operator bool() const noexcept { return pointer_ != nullptr; }
    template <class U>
    bool operator==(const IntrusivePtr<U>& other) const noexcept {
        return pointer_ == other.get();
    }
    bool operator==(std::nullptr_t) const noexcept { return pointer_ == nullptr; }

 private:
    T* pointer_ = nullptr;
};

template <class T, class... Args>
IntrusivePtr<T> make_intrusive(Args&&... args) {
    return IntrusivePtr<T>(new T(std::forward<Args>(args)...));
}

}  // namespace wick
