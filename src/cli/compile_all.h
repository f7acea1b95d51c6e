#pragma once

#include <string>
#include <vector>

#include "archive/module_load.h"

namespace wick::cli {

/// Compiles every function of the archive and all that those name, without running any. Returns the messages of those
/// that fail, each once.
std::vector<std::string> compile_all(const jit::LoadedArchive& archive);

}  // namespace wick::cli
