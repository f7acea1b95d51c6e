#pragma once
// One run of a program: its names, what it has compiled so far, and the meaning of operations on its values.
//
// Statements are executed in order by the evaluator (evaluator.h), which is the imperative half: operators are called
// eagerly, constructors of modules run as Python runs them. Functions and script classes are compiled by the front end
// when they are first called or exported; names in them are looked up here (scope_resolver.h).

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <wick/runtime/run_options.h>
#include <wick/support/function_ref.h>

#include "frontend/ast.h"
#include "ir/compilation_unit.h"
#include "program/eager.h"
#include "program/scope.h"
#include "program/thing.h"
#include "runtime/limits.h"

namespace wick::jit {

class FunctionThing;
class ModuleClasses;

/// An exception of the program's own: class name as in Python ("ValueError").
[[noreturn]] void raise(const std::string& class_name, const std::string& message);

class Session {
 public:
    explicit Session(RunOptions options = {});
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// Executes a text in the program's global names. What a program raises leaves as a ScriptError whose what() is a
    /// traceback in Python's form; CompileErrors as they are. A text that is one expression gives its value.
    IValue execute(const std::shared_ptr<const Source>& source);
    /// Runs `body` within the limits of the options; what it raises leaves as from `execute`.
    void guarded(FunctionRef<void()> body);
    /// To be called at each statement and turn of a loop. Throws LimitError.
    void step() {
        if (context_->is_limited) context_->take_steps(1);
    }
    /// The limits of the run under way.
    const IntrusivePtr<CallContext>& context() const { return context_; }
    // A text in parts, for whoever goes on after a mistake.
    std::shared_ptr<const Ast> parse_text(const std::shared_ptr<const Source>& source);
    void execute_statement(const std::shared_ptr<const Ast>& ast, const ast::Stmt& statement);
    /// A global name, or null.
    IValue* find(const std::string& name) { return globals_->find(name); }
    const ScopePtr& globals() const { return globals_; }
    const std::shared_ptr<CompilationUnit>& unit() const { return unit_; }
    Eager& eager() { return eager_; }
    ModuleClasses& module_classes() { return *module_classes_; }
    RunOptions& options() { return options_; }

    // The meaning of operations, as Python has it (operations.cpp).
    IValue call(const IValue& callee, Arguments arguments);
    IValue attribute(const IValue& value, const std::string& name);
    bool find_attribute(const IValue& value, const std::string& name, IValue& out);
    void set_attribute(const IValue& object, const std::string& name, IValue value);
    bool is_true(const IValue& value);
    bool equal(const IValue& a, const IValue& b);
    bool less(const IValue& a, const IValue& b);
    std::vector<IValue> elements(const IValue& value);
    int64_t length(const IValue& value);
    bool contains(const IValue& container, const IValue& value);
    std::string str(const IValue& value);
    std::string repr(const IValue& value);
    /// Python's name of the value's type.
    std::string type_name(const IValue& value);

    /// Runs compiled code; what it raises carries its call stack.
    IValue run_compiled(Function& function, std::vector<IValue> arguments);

    /// Notes that a function's body is being compiled; false when it is already. `end_compiling` tells the name of the
    /// function that asked for it, "" when none did.
    bool begin_compiling(const Function& function);
    std::string end_compiling();
    size_t compiling_depth() const { return compiling_.size(); }

    /// Runs `compile`, and compiles everything that this has declared: mistakes show now, and those of earlier programs
    /// do not.
    template <class Compile>
    auto with_all_defined(const Compile& compile) {
        const size_t before = unit_->functions().size();
        auto result = compile();
        for (size_t i = before; i < unit_->functions().size(); ++i)
            IntrusivePtr<Function>(unit_->functions()[i])->ensure_defined();
        return result;
    }

    /// Functions of an archive that the program has loaded live as long as it.
    void keep(std::shared_ptr<CompilationUnit> unit, std::shared_ptr<void> importer) {
        loaded_.emplace_back(std::move(unit), std::move(importer));
    }

    // What names mean in compiled code.
    SugaredPtr compile_time(const IValue& value, Graph& graph, const SourceRange& range);
    TypePtr script_type(const IValue& value, const SourceRange& range);
    /// A qualified name that nothing has yet: mangled if need be.
    std::string unique_name(const std::string& qualified_name);

    /// Executes a text in a scope, which holds the names that it uses from elsewhere.
    void execute_in(const ScopePtr& scope, const std::shared_ptr<const Ast>& ast);
    /// The names that a text defines in a scope of its own.
    ScopePtr define(const std::string& text, const std::string& qualifier);
    /// The names of a library text ("torch.nn.functional"), executed when it is first asked for; null when there is
    /// none.
    ScopePtr library(const std::string& module);
    /// The names of a file beside the program, "helper" or "package.part", executed when it is first asked for; null
    /// when there is none.
    ScopePtr user_module(const std::string& name);
    /// Where those files are; without it there are none.
    void search_in(std::string folder) { folder_ = std::move(folder); }

    /// Forgets the instances of functions that hold a constant that has changed since.
    void constant_changed() { ++constants_version_; }
    uint64_t constants_version() const { return constants_version_; }

    /// Tensors that are nn.Parameters.
    void mark_parameter(const Tensor& tensor);
    bool is_parameter(const IValue& value) const;
    /// For who keeps no module under construction.
    void forget_parameters() { parameters_.clear(); }

    /// A scope that functions refer to: it is taken apart at the session's end.
    void keep(const ScopePtr& scope);

    /// Signatures under @torch.jit._overload whose function has not come yet, by qualified name.
    std::unordered_map<std::string, std::vector<IntrusivePtr<FunctionThing>>> overloads;
    /// The program is only looked at: it writes no files.
    bool checking = false;
    /// The name that torch.distributed.rpc.init_rpc has given to this process, "" for none.
    std::string worker;
    /// The fields that repr() of a dataclass's objects shows.
    std::unordered_map<const ClassType*, std::vector<std::string>> shown_fields;
    /// What the program has raised last, for the handler that catches it.
    IValue raised;
    void forget_traceback() { traceback_.clear(); }
    /// How many texts of the library are being executed.
    int in_library = 0;
    /// How many constructors are running: what they call is ordinary Python.
    int constructing = 0;

    /// One level of what calls itself in C++: calls, and containers inside each other. Throws RecursionError.
    class Nesting {
     public:
        explicit Nesting(Session& session);
        ~Nesting() { --session_.depth_; }
        Nesting(const Nesting&) = delete;
        Nesting& operator=(const Nesting&) = delete;

     private:
        Session& session_;
    };

    /// One call of interpreted code, for tracebacks.
    class Frame {
     public:
        Frame(Session& session, std::string function);
        ~Frame();
        SourceRange range;  ///< of the statement being executed

     private:
        const Nesting nesting_;
        Session& session_;
        std::string function_;
        int exceptions_;
    };

 private:
    std::string repr_of_container(const IValue& value);
    IValue run_text(const std::shared_ptr<const Source>& source);
    /// The error of a program as it leaves: with the calls that led to it.
    ScriptError with_traceback(const ScriptError& error);
    ScriptError with_traceback(const OpError& error);
    ScriptError with_traceback(const std::string& class_name, const std::string& message,
                               const std::string& script_stack);

    RunOptions options_;
    IntrusivePtr<CallContext> context_;
    std::shared_ptr<CompilationUnit> unit_;
    Eager eager_;
    std::unique_ptr<ModuleClasses> module_classes_;
    ScopePtr globals_;
    std::vector<std::shared_ptr<const Ast>> texts_;
    std::unordered_map<std::string, ScopePtr> libraries_;  ///< and the modules of the user
    std::optional<std::string> folder_;
    std::vector<ScopePtr> scopes_;
    std::unordered_map<const TensorImpl*, Tensor> parameters_;
    std::vector<std::pair<std::shared_ptr<CompilationUnit>, std::shared_ptr<void>>> loaded_;
    std::vector<const Function*> compiling_;
    std::vector<std::string> traceback_;  ///< of the exception under way, innermost first
    uint64_t constants_version_ = 0;
    int depth_ = 0;
    std::vector<const RefCounted*> printing_;  ///< containers whose repr is being made
};

}  // namespace wick::jit
