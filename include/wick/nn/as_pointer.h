#pragma once
// Layers and containers are handles themselves; as libtorch's ModuleHolder they can be used like pointers, too.

#include <memory>

namespace wick::nn {

/// `Self` is the class of modules that derives from it.
template <class Self>
class AsPointer {
 public:
    using ContainedType = Self;

    Self* operator->() { return get(); }
    const Self* operator->() const { return get(); }
    Self& operator*() { return *get(); }
    const Self& operator*() const { return *get(); }
    Self* get() { return static_cast<Self*>(this); }
    const Self* get() const { return static_cast<const Self*>(this); }
    /// Another handle of the same module.
    std::shared_ptr<Self> ptr() const { return std::make_shared<Self>(*get()); }
    /// False when it was made of nullptr.
    explicit operator bool() const { return get()->is_defined(); }
};

}  // namespace wick::nn
