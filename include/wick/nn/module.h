#pragma once
// Networks in C++, as torch::nn::Module.
//
//   struct Net : wick::nn::Module {
//       wick::nn::Conv2d conv = register_module("conv", wick::nn::Conv2d(1, 8, 3));
//       wick::nn::Linear out = register_module("out", wick::nn::Linear(8 * 26 * 26, 10));
//       wick::Tensor forward(const wick::Tensor& x) const { return out(conv(x).relu().flatten(1)); }
//   };

#include <concepts>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include <wick/nn/ordered_dict.h>
#include <wick/support/export.h>
#include <wick/tensor/tensor.h>

namespace wick::jit {
class Module;
}

namespace wick::nn {

/// The class of modules that M is, or is a holder of.
template <class M>
struct Contained {
    using Type = M;
};
template <class M>
requires requires { typename M::ContainedType; }
struct Contained<M> {
    using Type = typename M::ContainedType;
};

/// "Net" for a class of that name; for wick's own, the names that libtorch has for them.
WICK_API std::string type_name(const std::type_info& type);

/// Parameters, buffers and modules by name. A handle: copies share them. What its forward is, the class that derives
/// from it says.
class WICK_API Module {
 public:
    using NamedTensors = OrderedDict<Tensor>;
    using NamedModules = OrderedDict<std::shared_ptr<Module>>;

    Module();
    /// A name other than the class's, for what is printed.
    explicit Module(std::string name);
    Module(const Module&) = default;
    Module(Module&&) = default;
    Module& operator=(const Module&) = default;
    Module& operator=(Module&&) = default;
    virtual ~Module() = default;

    /// Adds a parameter, buffer or module (or a pointer to one), and gives it back. OpError for a name that is taken,
    /// empty or has a dot.
    Tensor register_parameter(const std::string& name, Tensor tensor, bool requires_grad = true);
    Tensor register_buffer(const std::string& name, Tensor tensor);
    template <class M>
    M register_module(const std::string& name, M module);
    /// Another module in the place of the one of that name, or none. OpError when there is none.
    template <class M>
    M replace_module(const std::string& name, M module);
    void unregister_module(const std::string& name);

    /// Own ones in the order of registration, then those of the modules below: "conv.weight".
    NamedTensors named_parameters(bool recurse = true) const;
    NamedTensors named_buffers(bool recurse = true) const;
    std::vector<Tensor> parameters(bool recurse = true) const;
    std::vector<Tensor> buffers(bool recurse = true) const;
    /// The parameter or buffer of that name; OpError when there is none.
    Tensor tensor(std::string_view name) const;
    /// As above, but undefined when there is none.
    Tensor find_tensor(std::string_view name) const;
    /// This module (whose name is the prefix) and all below it.
    NamedModules named_modules(const std::string& prefix = "", bool include_self = true) const;
    std::vector<std::shared_ptr<Module>> modules(bool include_self = true) const;
    /// Those that were registered here.
    const NamedModules& named_children() const;
    std::vector<std::shared_ptr<Module>> children() const;
    /// Calls it with this module and then with all below it: f(module), or f(name, module).
    template <class F>
    void apply(const F& function, const std::string& prefix = "");
    /// This module as one of class M, or of the class whose holder M is; null when it was registered as one of another.
    template <class M>
    auto* as() {
        return dynamic_cast<typename Contained<M>::Type*>(this);
    }
    template <class M>
    const auto* as() const {
        return dynamic_cast<const typename Contained<M>::Type*>(this);
    }

    /// A module of the same class that shares nothing with this one. OpError for one that is no layer, container or
    /// Cloneable (wick/nn/cloneable.h).
    virtual std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const;
    /// That of the class, as libtorch prints it.
    std::string name() const;
    /// What stands for the module itself, without those below, when it is printed: its name, unless a class says more.
    virtual void pretty_print(std::ostream& stream) const;
    /// As a tree, one module a line.
    friend WICK_API std::ostream& operator<<(std::ostream& stream, const Module& module);

    bool is_training() const;
    /// Of this module and all below it: dropout drops, batch norms follow their batches.
    void train(bool on = true);
    void eval() { train(false); }
    /// Converts floating-point parameters and buffers where they are: an optimizer keeps them.
    void to(DType dtype);
    /// OpError for a device other than the CPU.
    void to(Device device);
    void to(Device device, DType dtype) { to(device), to(dtype); }
    /// False for one made of nullptr.
    bool is_defined() const { return state_ != nullptr; }
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
    /// No module: to be replaced by one before it is used.
    explicit Module(std::nullptr_t) {}
    /// Whose parameters, buffers and modules are those of a compiled one.
    explicit Module(jit::Module compiled);
    const jit::Module& compiled() const;
    /// For clones: takes everything that is registered away from a copy of this module.
    void begin_anew(Module& copy) const;
    /// Gives a module of the same make the values of all parameters and buffers, and the modes. OpError when it has
    /// other ones.
    void take_values(Module& copy) const;

 private:
    struct State;
    using Visit = std::function<void(const std::string& name, const Tensor& tensor, bool is_parameter)>;
    void add(const std::string& name, std::shared_ptr<Module> module);
    std::shared_ptr<Module>& child(const std::string& name);
    void check_name(const std::string& name) const;
    void set_mode(bool training);
    void visit_tensors(const std::string& prefix, bool recurse, const Visit& visit) const;

    std::shared_ptr<State> state_;
};

/// A handle of any kind: a module itself, a pointer to one, a ModuleHolder.
template <class M>
concept IsModule = std::derived_from<M, Module> || std::convertible_to<M, std::shared_ptr<Module>> ||
    requires(M module) {
    { module.ptr() } -> std::convertible_to<std::shared_ptr<Module>>;
};

/// The module behind it, as one of its class.
template <class M>
auto module_pointer(const M& module) {
    if constexpr (std::derived_from<M, Module>)
        return std::make_shared<M>(module);
    else if constexpr (requires { module.ptr(); })
        return module.ptr();
    else
        return module;
}

template <class M>
M Module::register_module(const std::string& name, M module) {
    add(name, module_pointer(module));
    return module;
}

template <class M>
M Module::replace_module(const std::string& name, M module) {
    child(name) = module_pointer(module);
    return module;
}

template <class F>
void Module::apply(const F& function, const std::string& prefix) {
    if constexpr (std::invocable<F, const std::string&, Module&>)
        function(prefix, *this);
    else
        function(*this);
    for (const auto& [name, module] : named_children())
        module->apply(function, prefix.empty() ? name : prefix + "." + name);
}

}  // namespace wick::nn

namespace wick {

/// The state dict of a module as a file, as Module::save and Module::load; torch::save and torch::load.
template <nn::IsModule M>
void save(const M& module, const std::string& path) {
    nn::module_pointer(module)->save(path);
}
template <nn::IsModule M>
void load(const M& module, const std::string& path) {
    nn::module_pointer(module)->load(path);
}

}  // namespace wick
