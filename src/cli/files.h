#pragma once
// Files that the commands read, with messages that say which one is meant.

#include <string>

#include <wick/api/module.h>
#include <wick/types/ivalue.h>

namespace wick::cli {

/// What is wrong with a file, or with the program in it: "net.pt: record 'data.pkl': …".
class FileError : public Error {
 public:
    FileError(const std::string& path, const std::string& message);
};

/// Runs `body`; a wick::Error that leaves it becomes a FileError about the path.
template <class Body>
auto about(const std::string& path, const Body& body) {
    try {
        return body();
    } catch (const FileError&) {
        throw;
    } catch (const Error& error) {
        throw FileError(path, error.what());
    }
}

jit::Module load_module(const std::string& path, const jit::LoadOptions& options = {});
/// What torch.save wrote.
IValue load_values(const std::string& path);

}  // namespace wick::cli
