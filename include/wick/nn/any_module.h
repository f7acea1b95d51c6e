#pragma once
// A module of any class with a forward of any kind, as torch::nn::AnyModule: what Sequential consists of.
//
//   nn::AnyModule any(nn::LSTM(3, 4));
//   auto [out, state] = any.forward<std::tuple<Tensor, std::tuple<Tensor, Tensor>>>(x);

#include <any>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include <wick/nn/module.h>
#include <wick/support/error.h>

namespace wick::nn {

/// Holds one module, or none.
class AnyModule {
 public:
    AnyModule() = default;
    template <IsModule M>
    explicit AnyModule(const M& module) {
        auto pointer = module_pointer(module);
        if (pointer) call_ = &call_of<typename decltype(pointer)::element_type>;
        module_ = std::move(pointer);
    }

    /// Calls the module's forward, whose parameters have the types of the arguments and whose result is an R; those
    /// that have defaults may be left out from the end. OpError when the types are others, or there is no module.
    template <class R = Tensor, class... A>
    R forward(A&&... arguments) const {
        std::vector<std::any> values{std::any(std::forward<A>(arguments))...};
        return result_as<R>(call(std::move(values)));
    }
    /// As above, of values and to a value.
    std::any call(std::vector<std::any> values) const {
        if (is_empty()) throw OpError("Cannot call forward() on an empty AnyModule");
        return call_(*module_, values);
    }
    template <class R>
    static R result_as(std::any value) {
        if (R* result = std::any_cast<R>(&value)) return std::move(*result);
        throw OpError("Attempted to cast AnyValue to " + type_name(typeid(R)) + ", but its actual type is " +
                      type_name(value.type()));
    }

    std::shared_ptr<Module> ptr() const {
        if (is_empty()) throw OpError("Cannot call ptr() on an empty AnyModule");
        return module_;
    }
    /// The module as one of its class. OpError when it is one of another.
    template <class M>
    auto& get() const {
        if (is_empty()) throw OpError("Cannot call get() on an empty AnyModule");
        if (auto* found = module_->as<M>()) return *found;
        throw OpError("Attempted to cast module of type " + type_name(type_info()) + " to type " +
                      type_name(typeid(M)));
    }
    const std::type_info& type_info() const {
        if (is_empty()) throw OpError("Cannot call type_info() on an empty AnyModule");
        const Module& module = *module_;
        return typeid(module);
    }
    AnyModule clone(const std::optional<Device>& device = {}) const {
        AnyModule copy = *this;
        if (module_) copy.module_ = module_->clone(device);
        return copy;
    }
    bool is_empty() const { return !module_; }

 private:
    using Call = std::any (*)(Module& module, std::vector<std::any>& values);

    /// The call of C's forward. Where that is a template or has overloads, it is the one for a tensor.
    template <class C>
    static std::any call_of(Module& module, std::vector<std::any>& values) {
        auto& self = static_cast<C&>(module);
        if constexpr (requires { &C::forward; })
            return call_forward(self, values, &C::forward);
        else
            return call_with_types<C, Tensor>(self, values);
    }
    template <class C, class Base, class R, class... A>
    static std::any call_forward(C& self, std::vector<std::any>& values, R (Base::*)(A...)) {
        return call_with_types<C, A...>(self, values);
    }
    template <class C, class Base, class R, class... A>
    static std::any call_forward(C& self, std::vector<std::any>& values, R (Base::*)(A...) const) {
        return call_with_types<C, A...>(self, values);
    }

    /// With as many values as there are, if forward can be called with that many.
    template <class C, class... A>
    static std::any call_with_types(C& self, std::vector<std::any>& values) {
        std::any result;
        const bool is_called = [&]<size_t... N>(std::index_sequence<N...>) {
            return (call_first<C, A...>(self, values, result, std::make_index_sequence<N>()) || ...);
        }
        (std::make_index_sequence<sizeof...(A) + 1>());
        if (is_called) return result;
        throw OpError(type_name(typeid(C)) + "'s forward() method expects " + std::to_string(sizeof...(A)) +
                      " argument(s), but received " + std::to_string(values.size()) + ".");
    }
    template <class C, class... A, size_t... I>
    static bool call_first(C& self, std::vector<std::any>& values, std::any& result, std::index_sequence<I...>) {
        using Types = std::tuple<std::decay_t<A>...>;
        if constexpr (requires { self.forward(std::declval<std::tuple_element_t<I, Types>&>()...); }) {
            if (values.size() != sizeof...(I)) return false;
            result = self.forward(argument<std::tuple_element_t<I, Types>>(values, I)...);
            return true;
        }
        return false;
    }
    template <class T>
    static T& argument(std::vector<std::any>& values, size_t number) {
        if (T* value = std::any_cast<T>(&values[number])) return *value;
        throw OpError("Expected argument #" + std::to_string(number) + " to be of type " + type_name(typeid(T)) +
                      ", but received value of type " + type_name(values[number].type()));
    }

    std::shared_ptr<Module> module_;
    Call call_ = nullptr;
};

/// A module under a name, for Sequential({{"conv", nn::Conv2d(1, 8, 3)}, {"relu", nn::ReLU()}}).
class NamedAnyModule {
 public:
    template <IsModule M>
    NamedAnyModule(std::string name, const M& module) : name_(std::move(name)), module_(module) {}
    NamedAnyModule(std::string name, AnyModule module) : name_(std::move(name)), module_(std::move(module)) {}

    const std::string& name() const { return name_; }
    const AnyModule& module() const { return module_; }

 private:
    std::string name_;
    AnyModule module_;
};

}  // namespace wick::nn
