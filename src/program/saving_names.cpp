// torch.save, torch.jit.save and their counterparts.

#include <filesystem>
#include <fmt/format.h>

#include <wick/support/error.h>

#include "archive/torch_save.h"
#include "program/provided_names.h"
#include "program/script_module.h"
#include "program/session.h"

namespace wick::jit {

namespace {

/// Files that cannot be read are Python's errors.
template <class Body>
IValue reading(const std::string& path, const Body& body) {
    if (!std::filesystem::exists(path))
        raise("FileNotFoundError", fmt::format("[Errno 2] No such file or directory: '{}'", path));
    try {
        return body();
    } catch (const ArchiveError& error) {
        raise("RuntimeError", error.what());
    }
}

IValue torch_load(Session&, Arguments& arguments) {
    const std::string& path = arguments.at(0).to_string();
    return reading(path, [&] { return archive::load_torch_file(path); });
}

IValue torch_save(Session& session, Arguments& arguments) {
    IValue value = arguments.at(0);
    if (holds_thing(value)) {
        raise("TypeError",
              fmt::format(
                  "cannot save a value with a '{}' in it: of modules save the state_dict(), or use torch.jit.save",
                  session.type_name(value)));
    }
    settle_types(value);
    if (!session.checking) archive::save_torch_file(value, arguments.at(1).to_string());
    return {};
}

IValue jit_load(Session& session, Arguments& arguments) {
    const std::string& path = arguments.at(0).to_string();
    return reading(path, [&] { return load_script_module(session, path); });
}

IValue jit_save(Session& session, Arguments& arguments) {
    save_script_module(session, arguments.at(0), arguments.at(1).to_string());
    return {};
}

constexpr ProvidedName kNames[] = {
    {"torch", "save", torch_save},
    {"torch", "load", torch_load},
    {"torch.jit", "save", jit_save},
    {"torch.jit", "load", jit_load},
};

}  // namespace

std::span<const ProvidedName> saving_names() { return kNames; }

}  // namespace wick::jit
