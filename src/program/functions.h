#pragma once
// Functions of a program: `def` and lambda.

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <wick/support/function_ref.h>

#include "frontend/ast.h"
#include "ops/foreign_function.h"
#include "program/scope.h"
#include "program/thing.h"

namespace wick::jit {

class ClassThing;

/// A function as its `def` statement leaves it. Called, it is compiled: once where its parameters have annotations
/// (those without are Tensors), and for each combination of argument types where none of them has (a generic function).
/// Given functions or classes for parameters, it becomes another function, in which they have the parameters' names.
/// What only Python can do (building modules, *args, try) runs in the evaluator instead.
class FunctionThing : public Thing {
 public:
    FunctionThing(std::shared_ptr<const Ast> ast, const ast::FunctionDef* def, ScopePtr scope)
        : ast(std::move(ast)), def(def), scope(std::move(scope)) {}
    FunctionThing(std::shared_ptr<const Ast> ast, const ast::Lambda* lambda, ScopePtr scope)
        : ast(std::move(ast)), lambda(lambda), scope(std::move(scope)) {}
    /// With a def of its own, whose parts belong to `ast`.
    FunctionThing(std::shared_ptr<const Ast> ast, std::shared_ptr<const ast::FunctionDef> own, ScopePtr scope)
        : ast(std::move(ast)), def(own.get()), scope(std::move(scope)), own_def_(std::move(own)) {}

    const std::shared_ptr<const Ast> ast;
    const ast::FunctionDef* const def = nullptr;
    const ast::Lambda* const lambda = nullptr;
    /// Where its free names are looked up.
    ScopePtr scope;
    std::vector<std::optional<IValue>> defaults;
    std::string qualified_name;  ///< "" of a lambda

    // Set by decorators and by the class it is a method of.
    enum class Role { plain, exported, ignored, unused };
    Role role = Role::plain;
    bool scripted = false;  ///< @torch.jit.script: parameters without annotation are Tensors
    bool is_static = false;
    bool is_class_method = false;
    bool is_overload = false;  ///< a signature of the function of its name that comes later
    /// The functions under @torch.jit._overload before this one, whose signatures it has.
    std::vector<IntrusivePtr<FunctionThing>> overloads;
    ClassThing* owner = nullptr;
    /// Of one with the role `ignored`: what runs it where the program is called from Python, or null.
    IntrusivePtr<ForeignFunction> foreign;
    /// Context managers of torch that it is decorated with, the innermost first.
    std::vector<IntrusivePtr<ScriptObject>> contexts;

    const std::vector<ast::Parameter>& parameters() const { return def ? def->parameters : lambda->parameters; }
    std::string name() const { return def ? def->name : "<lambda>"; }
    /// Whether the types of its parameters, or the functions that they are, come with each call.
    bool is_generic() const;
    /// Whether it has statements that TorchScript refuses and the evaluator runs: try, global, what defines or imports,
    /// `else` of loops.
    bool only_python_runs() const;
    /// *args or **kwargs.
    bool has_variable_arguments() const;
    bool has_instances() const { return !instances_.empty(); }
    /// The function that is left when some parameters stand for things: one for each parameter, None where it stays
    /// one.
    FunctionThing& with_things(Session& session, const std::vector<IValue>& things);

    std::string kind() const override { return "function"; }
    std::string repr(Session& session) override;
    bool attribute(Session& session, const std::string& name, IValue& out) override;
    IValue call(Session& session, Arguments arguments) override;
    SugaredPtr compile_time(Session& session, Graph& graph, const SourceRange& range) override;

    /// Runs `body` within the contexts, as calls from Python do; the compiled form knows nothing of them, as in
    /// PyTorch.
    void in_contexts(Session& session, FunctionRef<void()> body) const;
    /// Runs the body in the evaluator.
    IValue interpret(Session& session, const Arguments& arguments);
    /// The arguments in the order of the parameters, *args as a tuple and **kwargs as a dict; TypeError as in Python.
    std::vector<IValue> bind(Session& session, const Arguments& arguments) const;
    /// What the parameters' annotations say; those without one are of the type in `types` or, where that is null or
    /// there are none, Tensors.
    Schema signature(Session& session, const std::vector<TypePtr>& types = {}) const;
    /// The compiled form with the declared types.
    Function& compiled(Session& session);
    /// The compiled form for arguments of these types.
    Function& instance(Session& session, const std::vector<TypePtr>& types);

 private:
    IValue call_plain(Session& session, Arguments arguments);
    Function& compile(Session& session, const std::string& key, FunctionRef<Schema()> signature);
    /// The def; of a lambda, one that returns its body.
    const ast::FunctionDef& definition() const;
    FunctionThing* called_with_things(Session& session, std::vector<IValue>& values);

    bool is_dynamic_ = false;  ///< found to be what only the evaluator can run
    std::unordered_map<std::string, IntrusivePtr<Function>> instances_;
    std::unordered_map<std::string, IntrusivePtr<FunctionThing>> with_things_;
    mutable std::shared_ptr<const ast::FunctionDef> own_def_;  ///< of what no def statement made
    mutable std::shared_ptr<const ast::Return> own_return_;    ///< a lambda's only statement
    uint64_t constants_version_ = 0;
};

/// The default value of a parameter as one of the parameter's type; CompileError when it is not.
IValue default_of(const Argument& argument, const IValue& value, const ast::Parameter& parameter);
/// Whether a parameter may stand for a function: it has no annotation, or `Callable`.
bool takes_things_for(const ast::Parameter& parameter);
/// Whether compiled code can call the thing: a function, an operator, a class.
bool is_callable_thing(const IValue& value);

/// A method with the object it is called on.
class BoundMethod : public Thing {
 public:
    BoundMethod(IValue self, IValue function) : self(std::move(self)), function(std::move(function)) {}
    const IValue self;
    const IValue function;

    std::string kind() const override { return "method"; }
    IValue call(Session& session, Arguments arguments) override;
    SugaredPtr compile_time(Session& session, Graph& graph, const SourceRange& range) override;
};

}  // namespace wick::jit
