#pragma once
// A module in the methods of modules: its submodules, attributes and methods by name, containers unrolled.

#include <string>
#include <vector>

#include "frontend/sugared_value.h"
#include "program/module_class.h"

namespace wick::jit {

class ModuleValue : public SugaredValue {
 public:
    ModuleValue(Session& session, ModuleClasses& classes, Value* self, ModuleClass& type)
        : session_(session), classes_(classes), self_(self), type_(&type) {}
    std::string kind() const override { return "module"; }
    Value* as_value(const SourceRange&, Graph&) override { return self_; }
    SugaredPtr attr(const SourceRange& range, Graph& graph, const std::string& field) override;
    bool has_attr(const SourceRange& range, Graph& graph, const std::string& field) override;
    void set_attr(const SourceRange& range, Graph& graph, const std::string& field, Value* assigned) override;
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override;
    std::vector<SugaredPtr> as_tuple(const SourceRange& range, Graph& graph, std::optional<size_t> expected) override;
    SugaredPtr iterator(const SourceRange& range, Graph& graph) override;
    SugaredPtr subscript(const SourceRange& range, Graph& graph, Value* index, const TypePtr& hint) override;
    std::optional<bool> is_instance_of(const SugaredValue& type) const override;
    struct Member {
        std::string name;
        SugaredPtr key;  ///< the name as a value
        SugaredPtr value;
    };
    /// Children of a module, or parameters of a ParameterList.
    std::vector<Member> children(const SourceRange& range, Graph& graph);
    Value* self() const { return self_; }

 private:
    SugaredPtr try_attr(const SourceRange& range, Graph& graph, const std::string& field);
    void walk(const SourceRange& range, Graph& graph, const std::string& prefix, std::vector<Member>& out,
              const std::string& what);

    Session& session_;
    ModuleClasses& classes_;
    Value* const self_;
    const IntrusivePtr<ModuleClass> type_;
};

/// super() in a method of a module.
class SuperModuleValue : public SugaredValue {
 public:
    SuperModuleValue(Session& session, ModuleClasses& classes, Value* self, ModuleClass& type, ClassThing* after)
        : session_(session), classes_(classes), self_(self), type_(&type), after_(after) {}
    std::string kind() const override { return "super"; }
    SugaredPtr attr(const SourceRange& range, Graph& graph, const std::string& field) override;

 private:
    Session& session_;
    ModuleClasses& classes_;
    Value* const self_;
    const IntrusivePtr<ModuleClass> type_;
    ClassThing* const after_;
};

}  // namespace wick::jit
