#include "runtime/traceback.h"

#include <algorithm>
#include <fmt/format.h>

namespace wick::jit {

/// A runaway recursion shows its two ends.
constexpr size_t kMaxEntries = 60;

static void append_stack(std::string& out, const std::vector<StackEntry>& stack, bool original) {
    for (size_t i = 0; i < stack.size(); ++i) {
        if (stack.size() > kMaxEntries && i == kMaxEntries / 2) {
            const size_t skipped = stack.size() - kMaxEntries;
            out += fmt::format("  ... {} more calls ...\n", skipped);
            i += skipped;
        }
        const SourceRange range = original ? stack[i].range.original() : stack[i].range;
        if (!range.known()) {
            out += fmt::format("  File \"<unknown>\", in {}\n", stack[i].function);
            continue;
        }
        const Source& source = *range.source();
        out += fmt::format("  File \"{}\", line {}, in {}\n{}", source.name(), source.line_of(range.begin()),
                           stack[i].function, range.highlight());
        if (!out.ends_with('\n')) out += '\n';
    }
}

std::string format_script_error(const std::vector<StackEntry>& stack, const std::string& class_name,
                                const std::string& message) {
    const bool generated = std::any_of(stack.begin(), stack.end(), [](const StackEntry& entry) {
        return entry.range.known() && entry.range.source()->origin() != nullptr;
    });
    std::string out = "The following operation failed in the TorchScript interpreter.\n";
    if (generated) {
        out += "Traceback of TorchScript, serialized code (most recent call last):\n";
        append_stack(out, stack, false);
        out += "\nTraceback of TorchScript, original code (most recent call last):\n";
    } else {
        out += "Traceback of TorchScript (most recent call last):\n";
    }
    append_stack(out, stack, true);
    return out + fmt::format("{}: {}\n", class_name, message);
}

}  // namespace wick::jit
