#pragma once
// `torch`, `torch.nn`, `math`, `typing` and the other modules that a program may import.

#include <string>
#include <vector>

#include "program/scope.h"
#include "program/thing.h"

namespace wick::jit {

/// A module by its dotted name; its attributes are looked up when they are asked for: in the texts of the library,
/// among what the evaluator itself provides (provided_names.h), among the operators.
class NamespaceThing : public Thing {
 public:
    explicit NamespaceThing(std::string name) : name_(std::move(name)) {}
    const std::string& name() const { return name_; }
    std::string kind() const override { return "module"; }
    std::string repr(Session&) override { return "'" + name_ + "'"; }
    bool attribute(Session& session, const std::string& name, IValue& out) override;
    SugaredPtr compile_time(Session& session, Graph& graph, const SourceRange& range) override;

 private:
    const std::string name_;
};

/// A file of the user's, or a folder of them.
class UserModuleThing : public Thing {
 public:
    UserModuleThing(std::string name, ScopePtr names) : name_(std::move(name)), names_(std::move(names)) {}
    std::string kind() const override { return "module"; }
    std::string repr(Session&) override { return "'" + name_ + "'"; }
    bool attribute(Session& session, const std::string& name, IValue& out) override;
    SugaredPtr compile_time(Session& session, Graph& graph, const SourceRange& range) override;
    /// What `from name import *` takes.
    std::vector<std::string> public_names() const;

 private:
    const std::string name_;
    const ScopePtr names_;
};

/// An operator family, "aten::relu".
class OperatorThing : public Thing {
 public:
    explicit OperatorThing(std::string name) : name_(std::move(name)) {}
    std::string kind() const override { return "builtin_function_or_method"; }
    std::string repr(Session&) override { return "<built-in function " + name_ + ">"; }
    IValue call(Session& session, Arguments arguments) override;
    SugaredPtr compile_time(Session& session, Graph& graph, const SourceRange& range) override;

 private:
    const std::string name_;
};

/// The module that `import name` binds; ImportError when there is none.
IValue import_module(Session& session, const std::string& name);
/// What `from module import *` takes of the modules that it is known of; none of others.
std::vector<std::string> public_names_of(const IValue& module);

}  // namespace wick::jit
