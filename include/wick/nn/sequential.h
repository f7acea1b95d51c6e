#pragma once
// Modules one after the other, as torch::nn::Sequential: layers, modules with a forward of their own, functions.
//
//   nn::Sequential net(nn::Linear(512, 256), nn::ReLU(), nn::Linear(256, 2));
//   nn::Sequential named({{"fc", nn::Linear(512, 2)}, {"softmax", nn::Softmax(1)}});

#include <concepts>
#include <functional>
#include <initializer_list>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <wick/nn/any_module.h>
#include <wick/nn/as_pointer.h>
#include <wick/nn/module.h>

namespace wick::nn {

/// A function of a tensor as a module; of more arguments, with the others.
class Functional : public Module, public AsPointer<Functional> {
 public:
    using Function = std::function<Tensor(Tensor)>;

    template <std::convertible_to<Function> F>
    explicit Functional(F function) : function_(std::move(function)) {}
    template <class F, class... A>
    requires(sizeof...(A) > 0 && std::invocable<F, Tensor, A...>) explicit Functional(F function, A... arguments)
        : function_([=](const Tensor& x) { return function(x, arguments...); }) {}

    Tensor forward(Tensor x) const { return function_(std::move(x)); }
    Tensor operator()(Tensor x) const { return forward(std::move(x)); }
    std::shared_ptr<Module> clone(const std::optional<Device>&) const override {
        return std::make_shared<Functional>(function_);
    }
    void pretty_print(std::ostream& stream) const override { stream << name() << "()"; }

 private:
    Function function_;
};

/// Modules and functions, each called with what the one before it gave: torch.nn.Sequential.
class Sequential : public Module, public AsPointer<Sequential> {
 public:
    template <class... M>
    explicit Sequential(const M&... modules) {
        (push_back(modules), ...);
    }
    explicit Sequential(std::initializer_list<NamedAnyModule> modules) {
        for (const NamedAnyModule& one : modules) push_back(one.name(), one.module());
    }
    template <std::same_as<std::nullptr_t> Null>
    Sequential(Null) : Module(nullptr) {}

    /// Modules are registered under their number, or under the name.
    template <class M>
    void push_back(const M& module) {
        push_back(std::to_string(size()), module);
    }
    template <class M>
    void push_back(const std::string& name, const M& module) {
        if constexpr (std::same_as<M, AnyModule>) {
            register_module(name, module.ptr());
            steps_->push_back(module);
        } else if constexpr (IsModule<M>) {
            push_back(name, AnyModule(module));
        } else {
            push_back(name, AnyModule(Functional(module)));
        }
    }
    template <class Modules>
    void extend(const Modules& modules) {
        for (const auto& module : modules) push_back(module);
    }

    /// The first module gets all arguments, the others get what the one before them returned; R is what the last one
    /// returns.
    template <class R = Tensor, class... A>
    R forward(A&&... arguments) const {
        std::vector<std::any> values{std::any(std::forward<A>(arguments))...};
        for (const AnyModule& step : *steps_) values = {step.call(std::move(values))};
        if (values.size() != 1) throw OpError("Cannot call forward() on an empty Sequential");
        return AnyModule::result_as<R>(std::move(values[0]));
    }
    template <class... A>
    Tensor operator()(A&&... arguments) const {
        return forward(std::forward<A>(arguments)...);
    }

    size_t size() const { return steps_->size(); }
    bool is_empty() const { return steps_->empty(); }
    /// Over the modules as AnyModules.
    auto begin() const { return steps_->begin(); }
    auto end() const { return steps_->end(); }
    /// IndexError outside of it.
    std::shared_ptr<Module> ptr(size_t index) const { return step(index).ptr(); }
    std::shared_ptr<Module> operator[](size_t index) const { return ptr(index); }
    using AsPointer::ptr;
    /// The module as one of class M; OpError when it is one of another.
    template <class M>
    auto& at(size_t index) const {
        return step(index).get<M>();
    }

    std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override {
        auto copy = std::make_shared<Sequential>();
        for (size_t i = 0; i < size(); ++i) copy->push_back(named_children()[i].first, (*steps_)[i].clone(device));
        copy->train(is_training());
        return copy;
    }

 private:
    const AnyModule& step(size_t index) const {
        if (index >= size()) throw IndexError("Index out of range");
        return (*steps_)[index];
    }

    std::shared_ptr<std::vector<AnyModule>> steps_ = std::make_shared<std::vector<AnyModule>>();
};

}  // namespace wick::nn
