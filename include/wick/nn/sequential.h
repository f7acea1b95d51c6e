#pragma once
// Modules one after the other, as torch::nn::Sequential: layers, modules with a forward of their own, functions.
//
//   nn::Sequential net(nn::Linear(512, 256), nn::ReLU(), nn::Linear(256, 2));

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <wick/nn/module.h>

namespace wick::nn {

class Sequential : public Module {
 public:
    template <class... M>
    explicit Sequential(const M&... modules) {
        (push_back(modules), ...);
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
        if constexpr (IsModule<M>) {
            register_module(name, module);
            steps_->push_back([module](const Tensor& x) mutable { return forward_of(module, x); });
        } else {
            steps_->push_back(module);
        }
    }

    Tensor forward(Tensor x) const {
        for (const Step& step : *steps_) x = step(x);
        return x;
    }
    Tensor operator()(const Tensor& x) const { return forward(x); }
    size_t size() const { return steps_->size(); }

    Sequential* operator->() { return this; }
    const Sequential* operator->() const { return this; }

 private:
    using Step = std::function<Tensor(const Tensor&)>;
    template <class M>
    static Tensor forward_of(M& module, const Tensor& x) {
        if constexpr (std::derived_from<M, Module>)
            return module.forward(x);
        else
            return module->forward(x);
    }

    std::shared_ptr<std::vector<Step>> steps_ = std::make_shared<std::vector<Step>>();
};

}  // namespace wick::nn
