#include <algorithm>
#include <optional>
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
    NamedTensors parameters;
    NamedTensors buffers;
    NamedModules modules;
    bool training = true;
    std::optional<jit::Module> compiled;
};

Module::Module() : state_(std::make_shared<State>()) {}
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
    tensor.set_requires_grad(requires_grad);
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
    WICK_CHECK(module && !module->is_empty(), "module '{}' is empty", name);
    state_->modules.emplace_back(name, std::move(module));
}

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
        if (is_parameter) named.emplace_back(name, tensor);
    });
    return named;
}

Module::NamedTensors Module::named_buffers(bool recurse) const {
    NamedTensors named;
    visit_tensors("", recurse, [&](const std::string& name, const Tensor& tensor, bool is_parameter) {
        if (!is_parameter) named.emplace_back(name, tensor);
    });
    return named;
}

static std::vector<Tensor> without_names(const Module::NamedTensors& named) {
    std::vector<Tensor> tensors;
    for (const auto& [name, tensor] : named) tensors.push_back(tensor);
    return tensors;
}

std::vector<Tensor> Module::parameters(bool recurse) const { return without_names(named_parameters(recurse)); }
std::vector<Tensor> Module::buffers(bool recurse) const { return without_names(named_buffers(recurse)); }

Tensor Module::find_tensor(std::string_view name) const {
    Tensor found;
    if (is_empty()) return found;
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

Module::NamedModules Module::named_modules() const {
    NamedModules named{{"", std::make_shared<Module>(*this)}};
    for (const auto& [name, module] : state_->modules) {
        named.emplace_back(name, module);
        const NamedModules below = module->named_modules();
        for (size_t i = 1; i < below.size(); ++i) named.emplace_back(name + "." + below[i].first, below[i].second);
    }
    return named;
}

static std::vector<std::shared_ptr<Module>> without_names(const Module::NamedModules& named, size_t first) {
    std::vector<std::shared_ptr<Module>> modules;
    for (size_t i = first; i < named.size(); ++i) modules.push_back(named[i].second);
    return modules;
}

std::vector<std::shared_ptr<Module>> Module::modules(bool include_self) const {
    return without_names(named_modules(), include_self ? 0 : 1);
}

const Module::NamedModules& Module::named_children() const { return state_->modules; }
std::vector<std::shared_ptr<Module>> Module::children() const { return without_names(state_->modules, 0); }

void Module::apply(const std::function<void(Module&)>& function) {
    for (const auto& [name, module] : state_->modules) module->apply(function);
    function(*this);
}

// Modes and conversion ------------------------------------------------------------------------------------------------

bool Module::is_training() const { return state_->training; }

void Module::train(bool on) {
    apply([on](Module& module) {
        module.state_->training = on;
        if (module.state_->compiled) module.state_->compiled->train(on);
    });
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
        state.emplace_back(name, tensor.detach());
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
                "is "
                "{}.",
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
