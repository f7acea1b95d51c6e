#pragma once
// The texts of torch.nn and its like that travel inside the library: src/program/library/<module>.py.

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "frontend/ast.h"

namespace wick::jit {

/// The texts as the build has made them: each after a form feed and a line with its module's name, and their size then.
struct CompressedTexts {
    std::string_view gzip;
    size_t size;
};
CompressedTexts compressed_library_texts();
/// (module, text), sorted by module. A text begins with a line break, so that every definition in it does.
const std::vector<std::pair<std::string_view, std::string_view>>& library_texts();
/// The syntax tree of a module's text ("torch.nn.functional"), parsed when it is first asked for; null when there is
/// none.
std::shared_ptr<const Ast> library_ast(const std::string& module);
/// Whether a module of that name, or below it, has a text.
bool is_library_package(std::string_view module);
/// The module below `package` whose text defines the class, function or other global `name`, or "".
std::string_view library_module_of(std::string_view package, std::string_view name);

}  // namespace wick::jit
