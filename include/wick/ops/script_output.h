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

}  // namespace wick::jit
