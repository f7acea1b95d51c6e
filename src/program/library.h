#pragma once
// The texts of torch.nn and its like that travel inside the library: src/program/library/<module>.py.

#include <string_view>
#include <utility>
#include <vector>

namespace wick::jit {

/// (module, text), sorted by module.
const std::vector<std::pair<std::string_view, std::string_view>>& library_texts();
/// The text of a module ("torch.nn.functional"), or "".
std::string_view library_text(std::string_view module);
/// Whether a module of that name, or below it, has a text.
bool is_library_package(std::string_view module);
/// The module below `package` whose text defines the class, function or other global `name`, or "".
std::string_view library_module_of(std::string_view package, std::string_view name);

}  // namespace wick::jit
