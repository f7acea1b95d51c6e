#pragma once
// How layers are printed.

#include <string>

#include <wick/types/ivalue.h>

namespace wick::jit {
class Session;
}

namespace wick::nn {

/// "torch::nn::Linear(in_features=3, out_features=2, bias=true)": an object of a class of torch.nn and the modules
/// below it as libtorch prints them.
std::string layer_text(jit::Session& session, const IValue& object);

}  // namespace wick::nn
