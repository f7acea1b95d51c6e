#pragma once
// Modules that can be copied, as torch::nn::Cloneable: reset() registers what the module consists of, and the
// constructor calls it.
//
//   struct Net : wick::nn::Cloneable<Net> {
//       Net() { reset(); }
//       void reset() override { fc = register_module("fc", wick::nn::Linear(3, 2)); }
//       wick::nn::Linear fc{nullptr};
//   };

#include <memory>
#include <optional>

#include <wick/nn/module.h>

namespace wick::nn {

template <class Derived>
class Cloneable : public Module {
 public:
    using Module::Module;

    /// Registers parameters, buffers and modules anew.
    virtual void reset() = 0;
    /// A module that shares nothing with this one: a copy of the object with everything registered anew and the values
    /// of all parameters and buffers. OpError when reset() registers other ones than there are.
    std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override {
        auto copy = std::make_shared<Derived>(static_cast<const Derived&>(*this));
        begin_anew(*copy);
        copy->reset();
        take_values(*copy);
        if (device) copy->to(*device);
        return copy;
    }
};

}  // namespace wick::nn
