#pragma once
// nn.Module objects while the program builds them, and what becomes of them when they are compiled.

#include <string>
#include <unordered_set>

#include "program/classes.h"
#include "program/thing.h"

namespace wick::jit {

/// An object of a class that derives from nn.Module. The constructor runs as Python runs it; script_module then makes a
/// ScriptObject of it, and from there on its attributes live in that object.
class ModuleObject : public Thing {
 public:
    explicit ModuleObject(IntrusivePtr<ClassThing> type);

    const IntrusivePtr<ClassThing> type;
    const IntrusivePtr<DictObject> parameters;
    const IntrusivePtr<DictObject> buffers;
    const IntrusivePtr<DictObject> modules;
    /// Everything else: Python's __dict__.
    const IntrusivePtr<DictObject> attributes;
    std::vector<IValue> forward_hooks;
    std::vector<IValue> forward_pre_hooks;
    IntrusivePtr<ScriptObject> scripted;

    /// Ends the life of the compiled form; what it has written into its attributes is kept.
    void take_back();
    /// ModuleList, ModuleDict or Sequential.
    bool is_container() const;
    std::string kind() const override { return type->name(); }
    std::string repr(Session& session) override;
    bool attribute(Session& session, const std::string& name, IValue& out) override;
    void set_attribute(Session& session, const std::string& name, IValue value) override;
    IValue call(Session& session, Arguments arguments) override;
    SugaredPtr compile_time(Session& session, Graph& graph, const SourceRange& range) override;
    bool elements(Session& session, std::vector<IValue>& out) override;
    /// What the root of all modules has: `_parameters`, `__setattr__`, ….
    bool base_attribute(Session& session, const std::string& name, IValue& out);

 private:
    IValue call_forward(Session& session, Arguments arguments);
};

IValue construct_module(Session& session, ClassThing& type, Arguments arguments);
/// The elements of a container of modules as one of its kind.
IValue sliced_module(Session& session, const IValue& container, std::vector<IValue> elements);
IValue deep_copy(Session& session, Arguments& arguments);

/// The value as one of `type`, converted as arguments of calls are; OpError when it cannot be.
IValue value_as(const IValue& value, const TypePtr& type, const std::string& name);

}  // namespace wick::jit
