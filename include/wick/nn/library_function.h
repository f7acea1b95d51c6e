#pragma once
// How C++ calls the functions of torch.nn.functional and torch.nn.init: like layers, they are the library's own texts.

#include <string>
#include <vector>

#include <wick/api/module.h>
#include <wick/nn/layer.h>

namespace wick::nn {

/// A function, compiled once.
class WICK_API LibraryFunction {
 public:
    /// Of a function under @torch.jit._overload, overload number `overload`.
    LibraryFunction(const std::string& module, const std::string& name, size_t overload = 0);

    /// Throws ScriptError where it fails.
    template <class R>
    R call(std::vector<IValue> arguments, const jit::Kwargs& options) const {
        return Unboxed<R>::from(method_(std::move(arguments), options));
    }

 private:
    jit::Method method_;
};

/// Calls a function as Python runs it, without compiling it. Throws ScriptError where it fails.
WICK_API IValue call_library(const std::string& module, const std::string& name, std::vector<IValue> arguments);

}  // namespace wick::nn
