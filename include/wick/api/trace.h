#pragma once
// Modules that are recorded from C++: libtorch's torch::jit::tracer.

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <wick/api/module.h>
#include <wick/support/export.h>

namespace wick::jit {

/// Calls the function once, on this thread, and gives a module whose `forward` computes what the operators that it
/// called have computed. Inputs and the result are tensors, and lists, tuples and dicts of them. `parameters` are
/// tensors that the function uses and that are to be parameters of the module; others are constants. Branches and loops
/// of C++ are not seen, and neither are numbers that come from tensors. Throws OpError for other inputs and results,
/// for a result that no input has to do with, and for a constant that requires gradients; what the function throws
/// passes through.
WICK_API Module trace(const std::function<IValue(const std::vector<IValue>&)>& function,
                      const std::vector<IValue>& inputs,
                      const std::vector<std::pair<std::string, Tensor>>& parameters = {});

}  // namespace wick::jit
