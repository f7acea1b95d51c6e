#pragma once

#include <type_traits>
#include <utility>

namespace wick {

template <class Signature>
class FunctionRef;

/// A non-owning reference to a callable; lives no longer than what it refers to.
template <class R, class... Args>
class FunctionRef<R(Args...)> {
 public:
    template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, FunctionRef>) FunctionRef(F&& f)
        : object_(const_cast<void*>(static_cast<const void*>(&f))), call_([](void* object, Args... args) -> R {
              return (*static_cast<std::remove_reference_t<F>*>(object))(std::forward<Args>(args)...);
          }) {}
    R operator()(Args... args) const { return call_(object_, std::forward<Args>(args)...); }

 private:
    void* object_;
    R (*call_)(void*, Args...);
};

}  // namespace wick
