#pragma once
// Expected texts in files.

#include <string>

namespace wick::testing {

/// Compares `text` with the file; with WICK_UPDATE_GOLDEN=1 in the environment writes the file instead. `path` is
/// relative to tests/.
void expect_golden(const std::string& path, const std::string& text);

}  // namespace wick::testing
