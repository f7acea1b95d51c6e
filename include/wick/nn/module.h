#pragma once
// Networks in C++, as torch::nn::Module.
//
//   struct Net : wick::nn::Module {
//       wick::nn::Conv2d conv = register_module("conv", wick::nn::Conv2d(1, 8, 3));
//       wick::nn::Linear out = register_module("out", wick::nn::Linear(8 * 26 * 26, 10));
//       wick::Tensor forward(const wick::Tensor& x) const { return out(flatten(relu(conv(x)), 1)); }
//   };

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wick/support/export.h>
#include <wick/tensor/tensor.h>

namespace wick::jit {
class Module;
}

namespace wick::nn {

/// Parameters, buffers and modules by name. A handle: copies share them. What its forward is, the class that derives
/// from it says.
class WICK_API Module {
 public:
    using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

    Module();

    /// Adds a parameter, buffer or module, and gives it back. OpError for a name that is taken, empty or has a dot.
    Tensor register_parameter(const std::string& name, Tensor tensor, bool requires_grad = true);
    Tensor register_buffer(const std::string& name, Tensor tensor);
    template <class M>
    M register_module(const std::string& name, M module) {
        add(name, module);
        return module;
    }

    /// Own ones in the order of registration, then those of the modules below: "conv.weight".
    NamedTensors named_parameters(bool recurse = true) const;
    NamedTensors named_buffers(bool recurse = true) const;
    std::vector<Tensor> parameters(bool recurse = true) const;
    std::vector<Tensor> buffers(bool recurse = true) const;
    /// The parameter or buffer of that name; OpError when there is none.
    Tensor tensor(std::string_view name) const;
    /// This module ("") and all below it.
    std::vector<std::pair<std::string, Module>> named_modules() const;

    bool is_training() const;
    /// Of this module and all below it: dropout drops, batch norms follow their batches.
    void train(bool on = true);
    void eval() { train(false); }
    /// Converts floating-point parameters and buffers where they are: an optimizer keeps them.
    void to(DType dtype);
    /// Removes the gradients of all parameters, or fills them with zeros.
    void zero_grad(bool set_to_none = true);

    /// Parameters and buffers under PyTorch's names, without history; they share memory with the module.
    NamedTensors state_dict() const;
    /// Copies the tensors into the module's. OpError in PyTorch's words when a name is missing or too much, unless not
    /// `strict`, or when a shape differs; the module is unchanged then.
    void load_state_dict(const NamedTensors& state, bool strict = true);
    /// The state dict as a file that torch.load reads, and back from one that torch.save wrote.
    void save(const std::string& path) const;
    void load(const std::string& path, bool strict = true);

 protected:
    /// Whose parameters, buffers and modules are those of a compiled one.
    explicit Module(jit::Module compiled);
    const jit::Module& compiled() const;

 private:
    struct State;
    using Visit = std::function<void(const std::string& name, const Tensor& tensor, bool is_parameter)>;
    void add(const std::string& name, const Module& module);
    void check_name(const std::string& name) const;
    void visit_tensors(const std::string& prefix, bool recurse, const Visit& visit) const;

    std::shared_ptr<State> state_;
};

}  // namespace wick::nn
