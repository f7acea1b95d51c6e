#pragma once
// torch::jit over wick's modules and programs: results are torch::IValue, what goes by name has `name` and `value`.

#include <istream>
#include <memory>
#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <wick/api/freeze.h>
#include <wick/api/module.h>
#include <wick/api/program.h>
#include <wick/libtorch/ivalue.h>

namespace wick::libtorch {

using Stack = std::vector<IValue>;
using Kwargs = std::unordered_map<std::string, IValue>;
using ExtraFilesMap = std::unordered_map<std::string, std::string>;

inline std::vector<wick::IValue> values_of(const Stack& stack) { return {stack.begin(), stack.end()}; }
inline jit::Kwargs values_of(const Kwargs& kwargs) { return {kwargs.begin(), kwargs.end()}; }

template <class T>
struct NameValue {
    std::string name;
    T value;
};

class Method : public jit::Method {
 public:
    Method(jit::Method method) : jit::Method(std::move(method)) {}
    IValue operator()(const Stack& arguments, const Kwargs& kwargs = {}) const {
        return jit::Method::operator()(values_of(arguments), values_of(kwargs));
    }
};

class Module : public jit::Module {
 public:
    using jit::Module::Module;
    Module(jit::Module module) : jit::Module(std::move(module)) {}

    IValue forward(const Stack& inputs, const Kwargs& kwargs = {}) const {
        return jit::Module::forward(values_of(inputs), values_of(kwargs));
    }
    template <class... A>
    IValue operator()(const A&... inputs) const {
        return forward({IValue(inputs)...});
    }
    template <class... A>
    IValue run_method(const std::string& name, const A&... arguments) const {
        return get_method(name)({IValue(arguments)...});
    }
    Method get_method(const std::string& name) const { return jit::Module::get_method(name); }
    std::optional<Method> find_method(const std::string& name) const {
        auto found = jit::Module::find_method(name);
        return found ? std::optional<Method>(std::move(*found)) : std::nullopt;
    }
    IValue attr(const std::string& name) const { return jit::Module::attr(name); }
    IValue attr(const std::string& name, const IValue& or_else) const { return jit::Module::attr(name, or_else); }

    std::vector<NameValue<Tensor>> named_parameters(bool recurse = true) const {
        return named<Tensor>(jit::Module::named_parameters(recurse));
    }
    std::vector<NameValue<Tensor>> named_buffers(bool recurse = true) const {
        return named<Tensor>(jit::Module::named_buffers(recurse));
    }
    std::vector<NameValue<IValue>> named_attributes(bool recurse = true) const {
        return named<IValue>(jit::Module::named_attributes(recurse));
    }
    std::vector<NameValue<Module>> named_children() const { return named<Module>(jit::Module::named_children()); }
    std::vector<NameValue<Module>> named_modules() const { return named<Module>(jit::Module::named_modules()); }
    std::vector<Module> children() const { return values(named_children()); }
    std::vector<Module> modules() const { return values(named_modules()); }

    void to(DType dtype, bool = false) { jit::Module::to(dtype); }
    void to(Device device, bool = false) { jit::Module::to(device); }
    void to(Device device, DType dtype, bool = false) {
        jit::Module::to(device);
        jit::Module::to(dtype);
    }
    void save(const std::string& path, const ExtraFilesMap& extra_files = {}) const {
        jit::Module::save(path, {extra_files.begin(), extra_files.end()});
    }
    void save(std::ostream& stream, const ExtraFilesMap& extra_files = {}) const {
        stream << save_to_memory({extra_files.begin(), extra_files.end()});
    }
    /// A module of its own, with copies of all tensors.
    Module deepcopy() const {
        std::istringstream archive(save_to_memory());
        return jit::load(archive);
    }
    Module clone() const { return deepcopy(); }

 private:
    template <class T, class Pairs>
    static std::vector<NameValue<T>> named(const Pairs& pairs) {
        std::vector<NameValue<T>> all;
        for (const auto& [name, value] : pairs) all.push_back({name, T(value)});
        return all;
    }
    static std::vector<Module> values(const std::vector<NameValue<Module>>& named) {
        std::vector<Module> all;
        for (const auto& one : named) all.push_back(one.value);
        return all;
    }
};

inline Module load(const std::string& path, std::optional<Device> device = {}) {
    Module module = jit::load(path);
    if (device) module.to(*device);
    return module;
}
/// `extra_files` names the files that it is filled with.
inline Module load(const std::string& path, std::optional<Device> device, ExtraFilesMap& extra_files) {
    jit::ExtraFiles found;
    jit::LoadOptions options;
    options.extra_files = &found;
    Module module = jit::load(path, options);
    for (auto& [name, bytes] : extra_files)
        if (const auto file = found.find(name); file != found.end()) bytes = file->second;
    if (device) module.to(*device);
    return module;
}
inline Module load(std::istream& stream, std::optional<Device> device = {}) {
    Module module = jit::load(stream);
    if (device) module.to(*device);
    return module;
}

inline Module freeze(const Module& module, const std::optional<std::vector<std::string>>& preserved = {},
                     bool optimize_numerics = true) {
    return jit::freeze(module, preserved.value_or(std::vector<std::string>()), optimize_numerics);
}
inline Module optimize_for_inference(const Module& module, const std::vector<std::string>& other_methods = {}) {
    return jit::optimize_for_inference(module, other_methods);
}

/// What torch::jit::compile gives: functions of a text, called by name.
class CompilationUnit {
 public:
    explicit CompilationUnit(const std::string& text) : program_(jit::compile(kNames + text)) {}
    template <class... A>
    IValue run_method(const std::string& name, const A&... arguments) {
        return program_.call(name, {wick::IValue(IValue(arguments))...});
    }

 private:
    /// Names that texts have there without an import.
    static constexpr const char* kNames =
        "import torch\nfrom typing import Any, Dict, List, Optional, Tuple, Union\nfrom torch import Tensor\n";
    jit::Program program_;
};
inline std::shared_ptr<CompilationUnit> compile(const std::string& text) {
    return std::make_shared<CompilationUnit>(text);
}

// How libtorch runs programs is for it to know: nothing changes here.
inline void setGraphExecutorOptimize(bool) {}
inline bool getGraphExecutorOptimize() { return true; }

}  // namespace wick::libtorch
