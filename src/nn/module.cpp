#include <algorithm>
#include <cstdlib>
#include <cxxabi.h>
#include <optional>
#include <ostream>
#include <sstream>
#include <unordered_map>

#include <wick/api/module.h>
#include <wick/nn/module.h>
#include <wick/support/check.h>
#include <wick/tensor/grad_mode.h>

#include "api/convert_in_place.h"
#include "archive/torch_save.h"
#include "ops/tensor_ops.h"

namespace wick::nn {

struct Module::State {
    std::string name;  ///< "": that of the class
    NamedTensors parameters;
    NamedTensors buffers;
    NamedModules modules;
    bool training = true;
    std::optional<jit::Module> compiled;
};

Module::Module() : state_(std::make_shared<State>()) {}
Module::Module(std::string name) : Module() { state_->name = std::move(name); }
Module::Module(jit::Module compiled) : Module() { state_->compiled = std::move(compiled); }

const jit::Module& Module::compiled() const { return *state_->compiled; }

// Registration --------------------------------------------------------------------------------------------------------

void Module::check_name(const std::string& name) const {
    WICK_CHECK(!name.empty() && name.find('.') == name.npos, "a module's member cannot be called '{}'", name);
    const auto is_taken = [&](const auto& named) { return named.first == name; };
    WICK_CHECK(std::ranges::none_of(state_->parameters, is_taken) && std::ranges::none_of(state_->buffers, is_taken) &&
                   std::ranges::none_of(state_->modules, is_taken),
               "attribute '{}' already exists", name);
}

Tensor Module::register_parameter(const std::string& name, Tensor tensor, bool requires_grad) {
    check_name(name);
    if (tensor.defined()) tensor.set_requires_grad(requires_grad);
    state_->parameters.emplace_back(name, tensor);
    return tensor;
}

Tensor Module::register_buffer(const std::string& name, Tensor tensor) {
    check_name(name);
    state_->buffers.emplace_back(name, tensor);
    return tensor;
}

void Module::add(const std::string& name, std::shared_ptr<Module> module) {
    check_name(name);
    WICK_CHECK(module && module->is_defined(), "module '{}' is empty", name);
    state_->modules.emplace_back(name, std::move(module));
}

static auto place_of(Module::NamedModules& modules, const std::string& name) {
    const auto place = std::ranges::find(modules, name, &Named<std::shared_ptr<Module>>::first);
    WICK_CHECK(place != modules.end(), "Submodule '{}' is not defined", name);
    return place;
}

std::shared_ptr<Module>& Module::child(const std::string& name) { return place_of(state_->modules, name)->second; }
void Module::unregister_module(const std::string& name) { state_->modules.erase(place_of(state_->modules, name)); }

// What is there -------------------------------------------------------------------------------------------------------

void Module::visit_tensors(const std::string& prefix, bool recurse, const Visit& visit) const {
    if (state_->compiled) {
        for (const auto& [path, module] : state_->compiled->named_modules()) {
            const std::string inner = prefix + (path.empty() ? "" : path + ".");
            for (const auto& [name, tensor] : module.named_parameters(false)) visit(inner + name, tensor, true);
            for (const auto& [name, tensor] : module.named_buffers(false)) visit(inner + name, tensor, false);
            if (!recurse) break;
        }
    }
    for (const auto& [name, tensor] : state_->parameters) visit(prefix + name, tensor, true);
    for (const auto& [name, tensor] : state_->buffers) visit(prefix + name, tensor, false);
    if (!recurse) return;
    for (const auto& [name, module] : state_->modules) module->visit_tensors(prefix + name + ".", true, visit);
}

Module::NamedTensors Module::named_parameters(bool recurse) const {
    NamedTensors named;
    visit_tensors("", recurse, [&](const std::string& name, const Tensor& tensor, bool is_parameter) {
        if (is_parameter && tensor.defined()) named.emplace_back(name, tensor);
    });
    return named;
}

Module::NamedTensors Module::named_buffers(bool recurse) const {
    NamedTensors named;
    visit_tensors("", recurse, [&](const std::string& name, const Tensor& tensor, bool is_parameter) {
        if (!is_parameter && tensor.defined()) named.emplace_back(name, tensor);
    });
    return named;
}

std::vector<Tensor> Module::parameters(bool recurse) const { return named_parameters(recurse).values(); }
std::vector<Tensor> Module::buffers(bool recurse) const { return named_buffers(recurse).values(); }

Tensor Module::find_tensor(std::string_view name) const {
    Tensor found;
    if (!is_defined()) return found;
    visit_tensors("", true, [&](const std::string& known, const Tensor& tensor, bool) {
        if (known == name) found = tensor;
    });
    return found;
}

Tensor Module::tensor(std::string_view name) const {
    const Tensor found = find_tensor(name);
    WICK_CHECK(found.defined(), "the module has no parameter or buffer '{}'", name);
    return found;
}

Module::NamedModules Module::named_modules(const std::string& prefix, bool include_self) const {
    NamedModules named;
    if (include_self) named.emplace_back(prefix, std::make_shared<Module>(*this));
    for (const auto& [name, module] : state_->modules) {
        const std::string path = prefix.empty() ? name : prefix + "." + name;
        named.emplace_back(path, module);
        const NamedModules below = module->named_modules(path, false);
        named.insert(named.end(), below.begin(), below.end());
    }
    return named;
}

std::vector<std::shared_ptr<Module>> Module::modules(bool include_self) const {
    return named_modules("", include_self).values();
}

const Module::NamedModules& Module::named_children() const { return state_->modules; }
std::vector<std::shared_ptr<Module>> Module::children() const { return state_->modules.values(); }

// Printing ------------------------------------------------------------------------------------------------------------

std::string type_name(const std::type_info& type) {
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> text(abi::__cxa_demangle(type.name(), nullptr, nullptr, &status),
                                                           &std::free);
    std::string name = status == 0 ? text.get() : type.name();
    if (name.starts_with("wick::nn::")) name.replace(0, 4, "torch");
    return name;
}

std::string Module::name() const { return state_ && !state_->name.empty() ? state_->name : type_name(typeid(*this)); }
void Module::pretty_print(std::ostream& stream) const { stream << name(); }

static void print(std::ostream& stream, const Module& module, const std::string& indentation) {
    std::ostringstream own;
    module.pretty_print(own);
    for (const char c : own.str()) {
        stream << c;
        if (c == '\n') stream << indentation;
    }
    if (!module.is_defined() || module.named_children().empty()) return;
    stream << "(\n";
    for (const auto& [name, child] : module.named_children()) {
        stream << indentation << "  (" << name << "): ";
        print(stream, *child, indentation + "  ");
        stream << "\n";
    }
    stream << indentation << ")";
}

std::ostream& operator<<(std::ostream& stream, const Module& module) {
    print(stream, module, "");
    return stream;
}

// Copies --------------------------------------------------------------------------------------------------------------

std::shared_ptr<Module> Module::clone(const std::optional<Device>&) const {
    throw OpError(
        fmt::format("clone() has not been implemented for {0}. Subclass torch::nn::Cloneable<{0}> instead of "
                    "torch::nn::Module to inherit the ability to clone.",
                    name()));
}

void Module::begin_anew(Module& copy) const {
    copy.state_ = std::make_shared<State>();
    copy.state_->name = state_->name;
}

void Module::take_values(Module& copy) const {
    const auto tensors_of = [](const Module& module) {
        NamedTensors all;
        module.visit_tensors("", true, [&](const std::string& name, const Tensor& tensor, bool) {
            if (tensor.defined()) all.emplace_back(name, tensor);
        });
        return all;
    };
    const NamedTensors own = tensors_of(*this), others = tensors_of(copy);
    WICK_CHECK(
        own.keys() == others.keys(),
        "The cloned module does not have the same parameters and buffers as the original module after calling reset(). "
        "Are you sure you called register_parameter() and register_buffer() inside reset() and not the constructor?");
    for (size_t i = 0; i < own.size(); ++i) {
        const Tensor &from = own[i].second, &to = others[i].second;
        if (from.dtype() != to.dtype()) jit::convert_in_place(to, from.dtype());
        ops::copy_into(to.detach(), from.detach());
    }
    const auto from = modules(), to = copy.modules();
    for (size_t i = 0; i < std::min(from.size(), to.size()); ++i) to[i]->set_mode(from[i]->is_training());
}

// Modes and conversion ------------------------------------------------------------------------------------------------

bool Module::is_training() const { return state_->training; }

void Module::set_mode(bool training) {
    state_->training = training;
    if (state_->compiled) state_->compiled->train(training);
}

void Module::train(bool on) {
    apply([on](Module& module) { module.set_mode(on); });
}

void Module::to(DType dtype) {
    jit::check_converts_modules(dtype);
    visit_tensors("", true, [&](const std::string&, const Tensor& tensor, bool) {
        if (tensor.defined() && is_floating(tensor.dtype())) jit::convert_in_place(tensor, dtype);
    });
}

void Module::to(Device device) { ops::check_device(device); }

void Module::zero_grad(bool set_to_none) {
    for (const Tensor& parameter : parameters()) {
        const Tensor gradient = parameter.grad();
        if (set_to_none)
            parameter.set_grad({});
        else if (gradient.defined())
            ops::fill(gradient.detach(), 0);
    }
}

// State ---------------------------------------------------------------------------------------------------------------

Module::NamedTensors Module::state_dict() const {
    NamedTensors state;
    visit_tensors("", true, [&](const std::string& name, const Tensor& tensor, bool) {
        if (tensor.defined()) state.emplace_back(name, tensor.detach());
    });
    return state;
}

void Module::load_state_dict(const NamedTensors& state, bool strict) {
    std::unordered_map<std::string_view, Tensor> given(state.begin(), state.end());
    std::vector<std::pair<Tensor, Tensor>> copies;
    std::string errors;
    for (const auto& [name, own] : state_dict()) {
        const auto found = given.find(name);
        if (found == given.end()) {
            if (strict) errors += fmt::format("\n\tMissing key in state_dict: \"{}\".", name);
            continue;
        }
        if (found->second.sizes() == own.sizes())
            copies.emplace_back(own, found->second);
        else
            errors += fmt::format(
                "\n\tsize mismatch for {}: copying a param with shape {} from checkpoint, the shape in current model "
                "is {}.",
                name, format_sizes(found->second.sizes()), format_sizes(own.sizes()));
        given.erase(found);
    }
    for (const auto& [name, tensor] : state) {
        if (strict && given.contains(name)) errors += fmt::format("\n\tUnexpected key in state_dict: \"{}\".", name);
    }
    WICK_CHECK(errors.empty(), "Error(s) in loading state_dict:{}", errors);
    for (const auto& [own, tensor] : copies) ops::copy_into(own, tensor);
}

void Module::save(const std::string& path) const {
    auto state = make_dict(jit::string_type(), jit::tensor_type());
    for (const auto& [name, tensor] : state_dict()) state->set(IValue(name), IValue(tensor));
    archive::save_torch_file(IValue(std::move(state)), path);
}

void Module::load(const std::string& path, bool strict) {
    NamedTensors state;
    for (const auto& [name, tensor] : archive::load_torch_file(path).to_dict().items())
        state.emplace_back(name.to_string(), tensor.to_tensor());
    load_state_dict(state, strict);
}

}  // namespace wick::nn
