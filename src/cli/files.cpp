#include "cli/files.h"

#include "archive/torch_save.h"

namespace wick::cli {

FileError::FileError(const std::string& path, const std::string& message)
    : Error(message.starts_with(path + ":") ? message : path + ": " + message) {}

jit::Module load_module(const std::string& path, const jit::LoadOptions& options) {
    return about(path, [&] { return jit::load(path, options); });
}

IValue load_values(const std::string& path) {
    return about(path, [&] { return archive::load_torch_file(path); });
}

}  // namespace wick::cli
