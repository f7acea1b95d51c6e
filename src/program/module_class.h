#pragma once
// The compiled classes of modules: what of a module is part of its type, and what its names mean in its methods.
//
// As in torch/jit/_recursive.py: two modules of one Python class share a compiled class when their parameters, buffers,
// constants, submodules and attributes have equal types; otherwise each has a class of its own under a mangled name.

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "program/class_members.h"
#include "program/modules.h"
#include "program/session.h"

namespace wick::jit {

/// What stands for a module's type while its methods are compiled.
class ModuleClass : public RefCounted {
 public:
    enum class Container { none, list, dict, parameters };

    IntrusivePtr<ClassThing> python_class;
    ClassTypePtr type;
    Container container = Container::none;
    std::vector<ClassType::Attribute> attributes;  ///< without the submodules
    std::vector<std::pair<std::string, IValue>> constants;
    std::vector<std::pair<std::string, IntrusivePtr<ModuleClass>>> modules;
    /// Submodules behind an interface: the attribute has the interface's type.
    std::vector<std::pair<std::string, TypePtr>> interfaces;
    std::vector<std::pair<std::string, IValue>> functions;
    /// Attributes without a script type, and why.
    std::vector<std::pair<std::string, std::string>> failed;
    std::vector<IValue> forward_hooks;
    std::vector<IValue> forward_pre_hooks;

    bool same_as(const ModuleClass& other) const;
    ModuleClass* find_module(const std::string& name) const;
    const std::string* why_failed(const std::string& name) const;
};

class ModuleClasses {
 public:
    explicit ModuleClasses(Session& session) : session_(session) {}

    /// The class of a module, made now if there is none like it; its methods are not compiled yet.
    IntrusivePtr<ModuleClass> class_of(ModuleObject& module);
    /// The compiled object of a module; those of its submodules are part of it.
    IntrusivePtr<ScriptObject> object_of(ModuleObject& module);
    /// Compiles forward, the exported methods and what containers have besides.
    void compile_methods(ModuleClass& type);
    /// The method of that name, declared now if need be; null when the Python class has no such method.
    Function* method(ModuleClass& type, const std::string& name, const ClassThing* after = nullptr);
    /// The methods that a call of that name may mean: more than one under @torch.jit._overload_method.
    std::vector<Function*> overloads(ModuleClass& type, const std::string& name);
    /// The compiled form of a hook, which belongs to the class but is no method.
    Function* hook(ModuleClass& type, const IValue& value);
    /// The getter of a property; it and the setter become methods of the type.
    Function* property(ModuleClass& type, const std::string& name, const PropertyThing& property);
    /// What a value of a module's type is in compiled code.
    SugaredPtr module_value(Value* value, ModuleClass& type);

 private:
    IntrusivePtr<ModuleClass> describe(ModuleObject& module);
    void describe_attribute(ModuleClass& into, ModuleObject& module, const std::string& name, const IValue& value,
                            bool is_parameter, bool is_buffer);
    bool is_current(ModuleObject& module);
    void define_from_text(ModuleClass& type, const std::string& text);
    Function* declare(ModuleClass& type, FunctionThing& method, const std::string& name,
                      const FunctionThing* overload = nullptr, bool is_method = true);

    Session& session_;
    std::unordered_map<const ClassThing*, std::vector<IntrusivePtr<ModuleClass>>> classes_;
    std::unordered_map<const ClassType*, bool> compiled_;
};

}  // namespace wick::jit
