#pragma once
// Variables of a thread that few threads ever use.

#include <memory>

namespace wick {

/// Made when the thread first asks for it, so that it takes one word of the thread's variables. They are few: a library
/// that is loaded while a program runs reaches its variables at once only as long as they take no more than 512 bytes
/// (glibc's rtld.optional_static_tls), and by a detour of several nanoseconds otherwise.
template <class T>
class ThreadValue {
 public:
    T& operator*() {
        if (!value_) value_ = std::make_unique<T>();
        return *value_;
    }
    T* operator->() { return &**this; }

 private:
    std::unique_ptr<T> value_;
};

}  // namespace wick
