#pragma once
// The text of a ScriptError, in PyTorch's form.

#include <string>
#include <vector>

#include <wick/support/error.h>
#include <wick/support/source_range.h>

namespace wick::jit {

/// One line of a call stack: where `function` was when it called the next one (or failed).
struct StackEntry {
    std::string function;
    SourceRange range;
};

/// "The following operation failed in the TorchScript interpreter.\nTraceback of TorchScript …\nRuntimeError: message".
/// Stack entries outermost first. Code that came from an archive is shown twice: as it stands there, and as it was
/// written.
std::string format_script_error(const std::vector<StackEntry>& stack, const std::string& class_name,
                                const std::string& message);

/// A ScriptError that knows its call stack. Who passes it on (the waiter of a task, an operator that called back) puts
/// its own calls before it.
class TracedError : public ScriptError {
 public:
    TracedError(const std::string& class_name, const std::string& message, std::vector<StackEntry> stack)
        : ScriptError(class_name, message, format_script_error(stack, class_name, message)), stack_(std::move(stack)) {}
    const std::vector<StackEntry>& stack() const { return stack_; }

 private:
    std::vector<StackEntry> stack_;
};

}  // namespace wick::jit
