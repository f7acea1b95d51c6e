#pragma once
// Programs from text: what Python would run, run by wick.
//
//   wick::jit::Program program;
//   program.run("def add(a, b):\n    return a + b\nprint(add(1, 2))\n");
//   wick::IValue three = program.run_method("add", 1, 2);
//
// Statements of a text are executed in order. Functions and classes are compiled when they are first called; a function
// none of whose parameters has an annotation is compiled for each combination of argument types that it is called with.
// docs/language.md has the language.

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wick/api/module.h>
#include <wick/support/export.h>

namespace wick::jit {

class Session;

/// A program and its global names. A handle; copies share the program. One thread at a time.
class WICK_API Program {
 public:
    /// Limits and output hold for each call of the functions below; a statement counts as a step, and so does an
    /// instruction of compiled code. `check` has a time limit of its own.
    explicit Program(RunOptions options = {});

    /// Executes the statements of a text; a later text sees what an earlier one defined. A text that is one expression
    /// gives its value. Throws CompileError for what does not compile, ScriptError, with a traceback, for what the
    /// program raises.
    IValue run(const std::string& text, const std::string& name = "<string>");
    /// As above, from a file; modules that it imports may be files beside it.
    IValue run_file(const std::string& path);

    bool has(const std::string& name) const;
    /// Calls a function, class or module of the program by name, as a statement of it would.
    IValue call(const std::string& name, std::vector<IValue> arguments, const Kwargs& kwargs = {});
    template <class... Arguments>
    IValue run_method(const std::string& name, Arguments&&... arguments) {
        return call(name, {IValue(std::forward<Arguments>(arguments))...});
    }
    /// The value of a global name; OpError when it is none that has a form outside of the program.
    IValue get(const std::string& name) const;
    /// Python's repr() of a value.
    std::string repr(const IValue& value) const;

    /// A module, a class of modules that can be made without arguments, or a function (as the forward of a module) in
    /// compiled form, to be called or saved. Parameters without annotation are Tensors here.
    Module script(const std::string& name);
    /// What `script` takes when a program does not say: the module that was assigned last, else the class of modules,
    /// else the function that was defined last; "" when there is none.
    std::string default_entry() const;

    /// `.code` and `.graph` of every function and method that the program has compiled, by qualified name, sorted.
    std::vector<std::pair<std::string, std::string>> code() const;
    std::vector<std::pair<std::string, std::string>> graphs() const;

    /// Compiles everything in a text and returns every message of what does not compile, each with its place.
    /// Statements are executed as far as they go, since they define the rest; nothing is written to files. `notes` gets
    /// what is no mistake in a program that runs: functions without annotations that nobody calls, and that do not
    /// compile for Tensors.
    std::vector<std::string> check(const std::string& text, const std::string& name = "<string>",
                                   std::vector<std::string>* notes = nullptr);
    std::vector<std::string> check_file(const std::string& path, std::vector<std::string>* notes = nullptr);
    /// Global names, and with `object`, the attributes of what that expression denotes; for completion.
    std::vector<std::string> names(const std::string& object = "") const;

 private:
    std::shared_ptr<Session> session_;
};

/// A program whose text has been executed: its functions are called by name (libtorch's torch::jit::compile).
WICK_API Program compile(const std::string& text);

}  // namespace wick::jit
