#pragma once
// The output of the program that runs on this thread.

#include <string_view>

#include <wick/ops/script_output.h>

namespace wick::jit {

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
