#pragma once

#include <string>

#include <wick/types/ivalue.h>

namespace wick::cli {

/// The value of an --input: a call of a factory (`randn(1, 512)`, `zeros(2, 3, dtype=int64)`), a `.npy` or `.pt` file,
/// or a literal of the language (`3`, `'text'`, `[1, 2]`, `{'a': 1.0}`). Throws UsageError for anything else.
IValue parse_input(const std::string& spec);

}  // namespace wick::cli
