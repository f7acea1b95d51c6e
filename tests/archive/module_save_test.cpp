#include "archive/module_save.h"

#include <filesystem>

#include "archive/archive_fixture.h"
#include "archive/module_load.h"

namespace wick::jit {
namespace {

using archive::Bytes;
using archive::ZipReader;

std::string load_and_save(const Bytes& file) {
    const LoadedArchive loaded = load_archive(file);
    return save_archive_to_memory(loaded.module, {loaded.extra_files, {}, loaded.pending_states});
}

std::vector<std::filesystem::path> archives_in(const char* folder) {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(std::string(WICK_TEST_DATA "/") + folder)) {
        std::filesystem::path description = entry.path();
        if (entry.path().extension() == ".pt" && std::filesystem::exists(description.replace_extension(".json")))
            found.push_back(entry.path());
    }
    return found;
}

std::string version_of(const ZipReader& zip) {
    return std::string(zip.read(zip.find(".data/version") ? ".data/version" : "version").view());
}

/// Whether every method compiles; that is other tests' business.
bool compiles(const Bytes& file) {
    try {
        load_archive(file).unit->define_all();
        return true;
    } catch (const CompileError&) {
        return false;
    }
}

TEST(SaveArchive, IsStableAfterTheFirstTime) {
    for (const char* folder : {"t113", "t213", "old"}) {
        for (const std::filesystem::path& path : archives_in(folder)) {
            SCOPED_TRACE(path);
            const Bytes original = archive::map_file(path.string());
            if (!compiles(original)) continue;
            try {
                const std::string once = load_and_save(original);
                EXPECT_TRUE(load_and_save(Bytes::of(once)) == once);
            } catch (const Error& error) {
                ADD_FAILURE() << error.what();
            }
        }
    }
}

TEST(SaveArchive, WritesTheRecordsThatPyTorchWrites) {
    for (const char* folder : {"t113", "t213"}) {
        for (const std::filesystem::path& path : archives_in(folder)) {
            SCOPED_TRACE(path);
            const Bytes original = archive::map_file(path.string());
            if (!compiles(original)) continue;
            const ZipReader before(original);
            const ZipReader after(Bytes::of(load_and_save(original)));
            // PyTorch's bytes tell who else held the result of __getstate__.
            if (path.stem() != "setstate") {
                EXPECT_TRUE(after.read("data.pkl").view() == before.read("data.pkl").view());
            }
            EXPECT_EQ(version_of(after), version_of(before));
        }
    }
}

}  // namespace
}  // namespace wick::jit
