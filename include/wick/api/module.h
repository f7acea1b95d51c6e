#pragma once
// jit::Module: a loaded TorchScript module, and how to load and save one. Names follow libtorch's torch::jit.
//
//   wick::jit::Module net = wick::jit::load("net.pt");
//   wick::Tensor y = net.forward({wick::from_blob(x, {1, 512}, wick::DType::float32)}).to_tensor();

#include <cstddef>
#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wick/runtime/run_options.h>
#include <wick/support/error.h>
#include <wick/support/export.h>
#include <wick/types/function.h>
#include <wick/types/ivalue.h>

namespace wick::jit {

class CompilationUnit;

/// Files that travel inside an archive beside the program: name → bytes.
using ExtraFiles = std::map<std::string, std::string>;

/// Keyword arguments of a call.
using Kwargs = std::vector<std::pair<std::string, IValue>>;

class Module;

/// One method of a module, bound to it.
class WICK_API Method {
 public:
    const std::string& name() const { return name_; }
    const Schema& schema() const;
    /// Runs it; missing arguments take their defaults. Throws OpError when the arguments do not fit the schema (count,
    /// names, types), ScriptError when the program fails, LimitError when a limit of `options` is reached.
    /// A list or dict that the module keeps comes back as a copy: another call may change it meanwhile.
    IValue operator()(std::vector<IValue> arguments, const Kwargs& kwargs = {}, const RunOptions& options = {}) const;
    /// The body as Python-like text / as graph text, as PyTorch prints them.
    std::string code() const;
    std::string graph() const;
    /// As `graph`, with the bodies of all that it calls in place of the calls.
    std::string inlined_graph() const;

    /// What it calls, with the module as its first argument.
    Function& function() const { return *function_; }
    const IntrusivePtr<ScriptObject>& self() const { return self_; }

 private:
    friend class Module;
    Method(std::shared_ptr<CompilationUnit> unit, IntrusivePtr<ScriptObject> self, IntrusivePtr<Function> function);
    std::shared_ptr<CompilationUnit> unit_;
    IntrusivePtr<ScriptObject> self_;
    IntrusivePtr<Function> function_;
    std::string name_;
};

/// A module: its attributes and the methods of its class. A handle; copies share the module. Calls are const and may
/// run on any number of threads at once.
class WICK_API Module {
 public:
    /// No module yet: to be assigned one before it is used, or OpError.
    Module() = default;
    Module(std::shared_ptr<CompilationUnit> unit, IntrusivePtr<ScriptObject> object);

    /// Calls `forward`.
    IValue forward(std::vector<IValue> inputs, const Kwargs& kwargs = {}, const RunOptions& options = {}) const;
    IValue operator()(std::vector<IValue> inputs) const { return forward(std::move(inputs)); }
    /// Calls any method by name; arguments as IValues.
    template <class... Arguments>
    IValue run_method(std::string_view name, Arguments&&... arguments) const {
        return get_method(name)({IValue(std::forward<Arguments>(arguments))...});
    }
    /// Throws OpError naming the module's methods when there is none of that name.
    Method get_method(std::string_view name) const;
    std::optional<Method> find_method(std::string_view name) const;
    std::vector<Method> get_methods() const;

    /// Attribute or constant by name. Throws OpError when there is none.
    IValue attr(std::string_view name) const;
    IValue attr(std::string_view name, IValue or_else) const;
    bool hasattr(std::string_view name) const;
    /// Assigns an existing attribute; the value must have the attribute's type. Not while another thread runs the
    /// module.
    void setattr(std::string_view name, IValue value);

    /// (qualified name, value), depth first in the order of definition; "layer1.0.weight".
    std::vector<std::pair<std::string, Tensor>> named_parameters(bool recurse = true) const;
    std::vector<std::pair<std::string, Tensor>> named_buffers(bool recurse = true) const;
    std::vector<std::pair<std::string, IValue>> named_attributes(bool recurse = true) const;
    std::vector<std::pair<std::string, Module>> named_children() const;
    /// This module ("") and all below it.
    std::vector<std::pair<std::string, Module>> named_modules() const;
    std::vector<Tensor> parameters(bool recurse = true) const;
    std::vector<Tensor> buffers(bool recurse = true) const;

    bool is_training() const;
    /// Sets `training` on this module and all below it.
    void train(bool on = true);
    void eval() { train(false); }
    /// Converts floating-point parameters and buffers in place. Not while another thread runs the module.
    void to(DType dtype);
    /// OpError for other devices than the CPU.
    void to(Device device);

    /// Writes an archive that PyTorch and wick load. The file appears whole or not at all. A class's __getstate__ runs
    /// where it has one. Throws OpError for a value that has no pickled form, wick::Error when the disk refuses.
    void save(const std::string& path, const ExtraFiles& extra_files = {}) const;
    std::string save_to_memory(const ExtraFiles& extra_files = {}) const;

    /// "__torch__.torchvision.models.resnet.ResNet".
    const std::string& type_name() const { return self().type->name(); }
    const IntrusivePtr<ScriptObject>& object() const { return object_; }
    const std::shared_ptr<CompilationUnit>& unit() const { return unit_; }

 private:
    const ScriptObject& self() const;
    template <class Visit>
    void walk(const std::string& prefix, bool recurse, const Visit& visit) const;

    std::shared_ptr<CompilationUnit> unit_;
    IntrusivePtr<ScriptObject> object_;
};

struct LoadOptions {
    /// When not null, filled with the archive's extra files.
    ExtraFiles* extra_files = nullptr;
    /// Classes with a __setstate__ restore their objects by running it, the only code of a file that loading runs. Off:
    /// such an archive is refused with an ArchiveError.
    bool run_setstate = true;
    /// The limits of each __setstate__ that runs.
    RunOptions setstate_options;
};

/// Loads an archive: checks it whole, maps its weights (the file must not change while the module lives), compiles its
/// code. Throws ArchiveError on a bad file, CompileError when its code does not compile, ScriptError or LimitError when
/// a __setstate__ fails.
WICK_API Module load(const std::string& path, const LoadOptions& options = {});
/// From memory that stays valid while the module lives.
WICK_API Module load(const void* data, size_t bytes, const LoadOptions& options = {});
/// Reads the stream to its end.
WICK_API Module load(std::istream& stream, const LoadOptions& options = {});

}  // namespace wick::jit
