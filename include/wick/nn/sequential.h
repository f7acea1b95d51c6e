#pragma once
// Modules one after the other, as torch::nn::Sequential: layers, modules with a forward of their own, functions.
//
//   nn::Sequential net(nn::Linear(512, 256), nn::ReLU(), nn::Linear(256, 2));

#include <functional>
#include <string>
#include <type_traits>
#include <vector>

#include <wick/nn/module.h>

namespace wick::nn {

class Sequential : public Module {
 public:
    template <class... M>
    explicit Sequential(const M&... modules) {
        (push_back(modules), ...);
    }

    /// Modules are registered under their number.
    template <class M>
    void push_back(const M& module) {
        if constexpr (std::is_base_of_v<Module, M>) {
            register_module(std::to_string(steps_.size()), module);
            steps_.push_back([module](const Tensor& x) { return module.forward(x); });
        } else {
            steps_.push_back(module);
        }
    }

    Tensor forward(Tensor x) const {
        for (const auto& step : steps_) x = step(x);
        return x;
    }
    Tensor operator()(const Tensor& x) const { return forward(x); }
    size_t size() const { return steps_.size(); }

 private:
    std::vector<std::function<Tensor(const Tensor&)>> steps_;
};

}  // namespace wick::nn
