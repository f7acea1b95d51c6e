#pragma once
// A view of a contiguous array that also takes a braced list, and the small vector that sizes and strides live in.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace wick {

template <class T>
class ArrayRef {
 public:
    constexpr ArrayRef() = default;
    constexpr ArrayRef(const T* data, size_t size) : data_(data), size_(size) {}
    constexpr ArrayRef(const T& one) : data_(&one), size_(1) {}
    constexpr ArrayRef(std::initializer_list<T> list) : data_(list.begin()), size_(list.size()) {}
    template <class C>
    requires requires(const C& c) {
        { c.data() } -> std::convertible_to<const T*>;
        { c.size() } -> std::convertible_to<size_t>;
    }
    constexpr ArrayRef(const C& container) : data_(container.data()), size_(container.size()) {}

    constexpr const T* data() const { return data_; }
    constexpr size_t size() const { return size_; }
    constexpr bool empty() const { return size_ == 0; }
    constexpr const T* begin() const { return data_; }
    constexpr const T* end() const { return data_ + size_; }
    constexpr const T& operator[](size_t i) const { return data_[i]; }
    constexpr const T& front() const { return data_[0]; }
    constexpr const T& back() const { return data_[size_ - 1]; }
    constexpr ArrayRef slice(size_t start, size_t count) const { return {data_ + start, count}; }
    constexpr ArrayRef slice(size_t start) const { return {data_ + start, size_ - start}; }
    std::vector<T> vec() const { return {begin(), end()}; }
    friend bool operator==(ArrayRef a, ArrayRef b) {
        return a.size_ == b.size_ && std::equal(a.begin(), a.end(), b.begin());
    }

 private:
    const T* data_ = nullptr;
    size_t size_ = 0;
};

using IntArrayRef = ArrayRef<int64_t>;

/// Vector whose first N elements need no heap.
template <class T, size_t N>
class SmallVector {
 public:
    using value_type = T;
    SmallVector() = default;
    explicit SmallVector(size_t size, T value = T()) { resize(size, value); }
    SmallVector(std::initializer_list<T> list) { append(list.begin(), list.end()); }
    SmallVector(ArrayRef<T> other) { append(other.begin(), other.end()); }
    template <class It>
    requires(!std::is_integral_v<It>) SmallVector(It first, It last) { append(first, last); }
    SmallVector(const SmallVector& other) { append(other.begin(), other.end()); }
    SmallVector(SmallVector&& other) noexcept { take(other); }
    SmallVector& operator=(const SmallVector& other) {
        if (this != &other) {
            clear();
            append(other.begin(), other.end());
        }
        return *this;
    }
    SmallVector& operator=(SmallVector&& other) noexcept {
        if (this != &other) {
            clear();
            release();
            take(other);
        }
        return *this;
    }
    ~SmallVector() {
        clear();
        release();
    }

    T* data() { return heap_ ? heap_ : inline_data(); }
    const T* data() const { return const_cast<SmallVector*>(this)->data(); }
    size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    T* begin() { return data(); }
    T* end() { return data() + size_; }
    const T* begin() const { return data(); }
    const T* end() const { return data() + size_; }
    T& operator[](size_t i) { return data()[i]; }
    const T& operator[](size_t i) const { return data()[i]; }
    T& front() { return data()[0]; }
    T& back() { return data()[size_ - 1]; }
    const T& front() const { return data()[0]; }
    const T& back() const { return data()[size_ - 1]; }
    void clear() {
        std::destroy_n(data(), size_);
        size_ = 0;
    }
    void push_back(T value) { emplace_back(std::move(value)); }
    /// None of the arguments may be an element.
    template <class... A>
    T& emplace_back(A&&... arguments) {
        if (size_ == capacity_) reserve(capacity_ * 2);
        T* made = std::construct_at(end(), std::forward<A>(arguments)...);
        ++size_;
        return *made;
    }
    void pop_back() { std::destroy_at(data() + --size_); }
    void resize(size_t size, T value = T()) {
        reserve(size);
        while (size_ > size) pop_back();
        std::uninitialized_fill(end(), data() + size, value);
        size_ = size;
    }
    void reserve(size_t capacity) {
        if (capacity <= capacity_) return;
        T* grown = std::allocator<T>().allocate(capacity);
        std::uninitialized_move_n(data(), size_, grown);
        std::destroy_n(data(), size_);
        release();
        heap_ = grown;
        capacity_ = capacity;
    }
    template <class It>
    void append(It first, It last) {
        for (; first != last; ++first) push_back(*first);
    }
    void insert(size_t at, T value) {
        push_back(std::move(value));
        std::rotate(begin() + at, end() - 1, end());
    }
    void erase(size_t at) {
        std::move(begin() + at + 1, end(), begin() + at);
        pop_back();
    }
    friend bool operator==(const SmallVector& a, const SmallVector& b) { return ArrayRef<T>(a) == ArrayRef<T>(b); }

 private:
    T* inline_data() { return reinterpret_cast<T*>(inline_); }
    void release() {
        if (heap_) std::allocator<T>().deallocate(heap_, capacity_);
        heap_ = nullptr;
        capacity_ = N;
    }
    /// To be called empty and without heap.
    void take(SmallVector& other) {
        if (other.heap_) {
            heap_ = std::exchange(other.heap_, nullptr);
            capacity_ = std::exchange(other.capacity_, N);
        } else {
            std::uninitialized_move_n(other.inline_data(), other.size_, inline_data());
            std::destroy_n(other.inline_data(), other.size_);
        }
        size_ = std::exchange(other.size_, 0);
    }

    size_t size_ = 0;
    size_t capacity_ = N;
    T* heap_ = nullptr;
    alignas(T) std::byte inline_[N * sizeof(T)];
};

/// Sizes, strides, dimension lists: up to six without the heap.
using DimVector = SmallVector<int64_t, 6>;

/// A list of numbers or none, for a call's duration: sum(x), sum(x, 1), sum(x, {0, 2}).
class OptionalIntArrayRef {
 public:
    OptionalIntArrayRef(std::nullopt_t = std::nullopt) {}
    OptionalIntArrayRef(int64_t one) : given_(true), one_(one) {}
    OptionalIntArrayRef(IntArrayRef list) : given_(true), list_(list) {}
    OptionalIntArrayRef(std::initializer_list<int64_t> list) : OptionalIntArrayRef(IntArrayRef(list)) {}
    OptionalIntArrayRef(const std::vector<int64_t>& list) : OptionalIntArrayRef(IntArrayRef(list)) {}
    OptionalIntArrayRef(const DimVector& list) : OptionalIntArrayRef(IntArrayRef(list)) {}

    bool has_value() const { return given_; }
    IntArrayRef value() const { return one_ ? IntArrayRef(*one_) : list_; }

 private:
    bool given_ = false;
    std::optional<int64_t> one_;
    IntArrayRef list_;
};

}  // namespace wick
