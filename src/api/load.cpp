#include <istream>
#include <iterator>

#include <wick/api/module.h>

#include "archive/module_load.h"
#include "runtime/interpreter.h"
#include "runtime/plan.h"
#include "runtime/warm_up.h"

namespace wick::jit {
namespace {

void restore_states(const LoadedArchive& archive, const LoadOptions& options) {
    for (const auto& [object, state] : archive.pending_states) {
        if (!options.run_setstate)
            throw ArchiveError("data.pkl", -1,
                               fmt::format("an object of class {} is restored by its __setstate__, which would run "
                                           "code of this file (LoadOptions::run_setstate)",
                                           object->type->name()));
        run(*object->type->find_method("__setstate__"), {IValue(object), state}, options.setstate_options);
        check_restored(*object);
    }
}

Module load_bytes(const archive::Bytes& file, const LoadOptions& options) {
    LoadedArchive archive = load_archive(file);
    archive.unit->define_all();
    // Calls find their plans made and their code at hand: the first costs little more than the next.
    warm_up();
    for (const IntrusivePtr<Function>& function : archive.unit->functions()) plan_of(*function);
    restore_states(archive, options);
    warm_up_archive(file.data, file.size);
    if (options.extra_files) *options.extra_files = std::move(archive.extra_files);
    return Module(std::move(archive.unit), std::move(archive.module));
}

}  // namespace

Module load(const std::string& path, const LoadOptions& options) {
    return load_bytes(archive::map_file(path), options);
}

Module load(const void* data, size_t bytes, const LoadOptions& options) {
    return load_bytes(archive::Bytes{static_cast<const char*>(data), bytes, nullptr}, options);
}

Module load(std::istream& stream, const LoadOptions& options) {
    return load_bytes(archive::Bytes::of(std::string(std::istreambuf_iterator<char>(stream), {})), options);
}

}  // namespace wick::jit
