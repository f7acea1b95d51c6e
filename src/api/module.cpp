#include <algorithm>

#include <wick/api/module.h>
#include <wick/support/check.h>
#include <wick/tensor/grad_mode.h>

#include "api/convert_in_place.h"
#include "archive/module_save.h"
#include "archive/source_export.h"
#include "ir/compilation_unit.h"
#include "ir/graph.h"
#include "ops/take_over.h"
#include "ops/tensor_ops.h"
#include "passes/inline_calls.h"
#include "runtime/interpreter.h"

namespace wick::jit {

Module::Module(std::shared_ptr<CompilationUnit> unit, IntrusivePtr<ScriptObject> object)
    : unit_(std::move(unit)), object_(std::move(object)) {
    // Any thread may call it from now on.
    if (object_) share(object_);
}

IValue Module::forward(std::vector<IValue> inputs, const Kwargs& kwargs, const RunOptions& options) const {
    return get_method("forward")(std::move(inputs), kwargs, options);
}

std::optional<Method> Module::find_method(std::string_view name) const {
    Function* function = self().type->find_method(name);
    if (!function) return std::nullopt;
    return Method(unit_, object_, IntrusivePtr<Function>(function));
}

const ScriptObject& Module::self() const {
    WICK_CHECK(object_, "the module is empty: it was not assigned one");
    return *object_;
}

Method Module::get_method(std::string_view name) const {
    if (auto method = find_method(name)) return *method;
    std::string known;
    for (const auto& method : self().type->methods()) known += (known.empty() ? "" : ", ") + method->name();
    throw OpError(fmt::format("Method '{}' is not defined on {}. Its methods: {}", name, type_name(),
                              known.empty() ? "none" : known));
}

std::vector<Method> Module::get_methods() const {
    std::vector<Method> methods;
    for (const auto& function : self().type->methods()) methods.push_back(Method(unit_, object_, function));
    return methods;
}

IValue Module::attr(std::string_view name) const {
    if (const IValue* constant = self().type->find_constant(name)) return *constant;
    return self().attr(name);
}

IValue Module::attr(std::string_view name, IValue or_else) const {
    return hasattr(name) ? attr(name) : std::move(or_else);
}

bool Module::hasattr(std::string_view name) const {
    return self().type->find_attribute(name) >= 0 || self().type->find_constant(name) != nullptr;
}

void Module::setattr(std::string_view name, IValue value) {
    const int64_t slot = self().type->find_attribute(name);
    WICK_CHECK(slot >= 0, "{} does not have a field with name '{}'", type_name(), name);
    const TypePtr& type = self().type->attributes()[slot].type;
    WICK_CHECK(value.type()->is_subtype_of(type), "attribute '{}' of {} has type {}, got a value of type {}", name,
               type_name(), type->annotation_str(), value.type()->annotation_str());
    object_->set_attr(name, std::move(value));
}

/// Calls visit(qualified name, attribute, value) for every attribute, depth first; submodules are entered after they
/// are visited.
template <class Visit>
void Module::walk(const std::string& prefix, bool recurse, const Visit& visit) const {
    const auto& attributes = self().type->attributes();
    for (size_t i = 0; i < attributes.size(); ++i) {
        const IValue value = object_->slot(i);
        visit(prefix + attributes[i].name, attributes[i], value);
        if (recurse && value.is_object() && value.to_object().type->is_module())
            Module(unit_, IntrusivePtr<ScriptObject>(&value.to_object()))
                .walk(prefix + attributes[i].name + ".", true, visit);
    }
}

static std::vector<Tensor> tensors_of(const std::vector<std::pair<std::string, Tensor>>& named) {
    std::vector<Tensor> out;
    for (const auto& [name, tensor] : named) out.push_back(tensor);
    return out;
}

std::vector<std::pair<std::string, Tensor>> Module::named_parameters(bool recurse) const {
    std::vector<std::pair<std::string, Tensor>> out;
    walk("", recurse, [&](const std::string& name, const ClassType::Attribute& attribute, const IValue& value) {
        if (attribute.is_parameter && value.is_tensor()) out.emplace_back(name, value.to_tensor());
    });
    return out;
}

std::vector<std::pair<std::string, Tensor>> Module::named_buffers(bool recurse) const {
    std::vector<std::pair<std::string, Tensor>> out;
    walk("", recurse, [&](const std::string& name, const ClassType::Attribute& attribute, const IValue& value) {
        if (attribute.is_buffer && value.is_tensor()) out.emplace_back(name, value.to_tensor());
    });
    return out;
}

std::vector<std::pair<std::string, IValue>> Module::named_attributes(bool recurse) const {
    std::vector<std::pair<std::string, IValue>> out;
    walk("", recurse, [&](const std::string& name, const ClassType::Attribute&, const IValue& value) {
        out.emplace_back(name, value);
    });
    return out;
}

std::vector<std::pair<std::string, Module>> Module::named_children() const {
    std::vector<std::pair<std::string, Module>> out;
    walk("", false, [&](const std::string& name, const ClassType::Attribute&, const IValue& value) {
        if (value.is_object() && value.to_object().type->is_module())
            out.emplace_back(name, Module(unit_, IntrusivePtr<ScriptObject>(&value.to_object())));
    });
    return out;
}

std::vector<std::pair<std::string, Module>> Module::named_modules() const {
    std::vector<std::pair<std::string, Module>> out{{"", *this}};
    walk("", true, [&](const std::string& name, const ClassType::Attribute&, const IValue& value) {
        if (value.is_object() && value.to_object().type->is_module())
            out.emplace_back(name, Module(unit_, IntrusivePtr<ScriptObject>(&value.to_object())));
    });
    return out;
}

std::vector<Tensor> Module::parameters(bool recurse) const { return tensors_of(named_parameters(recurse)); }
std::vector<Tensor> Module::buffers(bool recurse) const { return tensors_of(named_buffers(recurse)); }

bool Module::is_training() const { return attr("training", IValue(true)).to_bool(); }

void Module::train(bool on) {
    for (auto& [name, module] : named_modules()) {
        if (module.self().type->find_attribute("training") >= 0) module.object_->set_attr("training", IValue(on));
    }
}

void check_converts_modules(DType dtype) {
    WICK_CHECK(is_floating(dtype) || is_complex(dtype),
               "Module.to only accepts floating point or complex dtypes, but got desired dtype={}", name_of(dtype));
}

void convert_in_place(const Tensor& tensor, DType dtype) {
    const NoGradGuard not_recorded;
    TensorImpl& impl = *tensor.impl();
    const Tensor converted = ops::to_dtype(tensor, dtype);
    if (converted.impl() == &impl) return;
    ops::take_over(tensor, converted);
}

void Module::to(Device device) { ops::check_device(device); }

void Module::to(DType dtype) {
    check_converts_modules(dtype);
    for (auto& [name, module] : named_modules()) {
        const auto& attributes = module.self().type->attributes();
        for (size_t i = 0; i < attributes.size(); ++i) {
            const IValue slot = module.object_->slot(i);
            // A module may hold the tensor in other attributes too, as RNNs list their weights.
            if ((attributes[i].is_parameter || attributes[i].is_buffer) && slot.is_tensor() &&
                is_floating(slot.tensor_ref().dtype()))
                convert_in_place(slot.tensor_ref(), dtype);
        }
    }
}

static SaveOptions save_options(const ExtraFiles& extra_files) {
    SaveOptions options;
    options.extra_files = extra_files;
    options.get_state = [](const IntrusivePtr<ScriptObject>& object) {
        return run(*object->type->find_method("__getstate__"), {IValue(object)});
    };
    return options;
}

void Module::save(const std::string& path, const ExtraFiles& extra_files) const {
    self();
    save_archive(object_, path, save_options(extra_files));
}

std::string Module::save_to_memory(const ExtraFiles& extra_files) const {
    self();
    return save_archive_to_memory(object_, save_options(extra_files));
}

}  // namespace wick::jit
