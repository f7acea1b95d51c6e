#pragma once
// Modules of one's own under a name that stands for a pointer, as libtorch's TORCH_MODULE:
//
//   struct NetImpl : wick::nn::Module { … wick::Tensor forward(const wick::Tensor& x); };
//   WICK_MODULE(Net);
//   Net net;
//   net->forward(x);

#include <concepts>
#include <memory>
#include <ostream>
#include <utility>

#include <wick/nn/module.h>
#include <wick/support/error.h>

namespace wick::nn {

/// A pointer to a module of class Impl, which it constructs from its own arguments. Of nullptr it is empty.
template <class Impl>
class ModuleHolder {
 public:
    using ContainedType = Impl;

    template <class... A>
    requires std::constructible_from<Impl, A...>
    explicit ModuleHolder(A&&... arguments) : impl_(std::make_shared<Impl>(std::forward<A>(arguments)...)) {}
    template <std::same_as<std::nullptr_t> Null>
    ModuleHolder(Null) {}
    ModuleHolder(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

    bool is_empty() const { return !impl_; }
    explicit operator bool() const { return !is_empty(); }
    /// OpError when it is empty.
    const std::shared_ptr<Impl>& ptr() const {
        if (is_empty()) throw OpError("Accessing empty ModuleHolder");
        return impl_;
    }
    Impl* get() const { return ptr().get(); }
    Impl* operator->() const { return get(); }
    Impl& operator*() const { return *get(); }
    template <class... A>
    auto operator()(A&&... arguments) const {
        return get()->forward(std::forward<A>(arguments)...);
    }

 private:
    std::shared_ptr<Impl> impl_;
};

template <class Impl>
std::ostream& operator<<(std::ostream& stream, const ModuleHolder<Impl>& module) {
    return stream << *module;
}

}  // namespace wick::nn

/// Makes `Name` the holder of `NameImpl`.
#define WICK_MODULE(Name)                                         \
    class Name : public ::wick::nn::ModuleHolder<Name##Impl> {    \
     public:                                                      \
        using ::wick::nn::ModuleHolder<Name##Impl>::ModuleHolder; \
    }
