#pragma once
// Where print() and warnings.warn() of a running program go.

#include <functional>
#include <string_view>

namespace wick::jit {

/// Receives whole lines, newline included. Called on whichever thread prints; an empty function discards nothing: it
/// stands for stdout (print) and stderr (warn).
struct ScriptOutput {
    std::function<void(std::string_view)> print;
    std::function<void(std::string_view)> warn;
};

/// The output of what runs on this thread, for the guard's lifetime (null: the process's own streams).
class ScriptOutputGuard {
 public:
    explicit ScriptOutputGuard(const ScriptOutput* output);
    ~ScriptOutputGuard();
    ScriptOutputGuard(const ScriptOutputGuard&) = delete;
    ScriptOutputGuard& operator=(const ScriptOutputGuard&) = delete;

 private:
    const ScriptOutput* saved_;
};

void script_print(std::string_view text);
void script_warn(std::string_view text);

}  // namespace wick::jit
