#pragma once
// The text of a ScriptError, in PyTorch's form.

#include <string>
#include <vector>

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

}  // namespace wick::jit
