// The programs of this folder, from their text and from the archives that wick saves of them. README.md tells the
// conventions.

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include <wick/wick.h>

#include "api/fixtures.h"

namespace wick::jit {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = WICK_TEST_ROOT "/conformance";

std::vector<std::string> entries_of(const fs::path& folder, bool (*wanted)(const fs::directory_entry&)) {
    std::vector<std::string> names;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
        if (wanted(entry)) names.push_back(entry.path().stem());
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::vector<std::string> groups() {
    return entries_of(
        kRoot, [](const auto& entry) { return entry.is_directory() && entry.path().filename() != "__pycache__"; });
}

class Conformance : public ::testing::TestWithParam<std::string> {
 protected:
    void for_each_program(void (*check)(const std::string& path, const std::string& expected)) {
        const fs::path folder = kRoot / GetParam();
        for (const std::string& name :
             entries_of(folder, [](const auto& entry) { return entry.path().extension() == ".py"; })) {
            SCOPED_TRACE(GetParam() + "/" + name);
            check(folder / (name + ".py"), testing::read_text(folder / (name + ".out")));
        }
    }
};

/// What `body` prints; an exception of the program's ends it with the line "! message".
template <class Body>
std::string output_of(const Body& body) {
    std::string text;
    RunOptions options;
    options.output.print = [&](std::string_view line) { text += line; };
    options.output.warn = [](std::string_view) {};
    try {
        body(options);
    } catch (const ScriptError& error) {
        text += "! " + error.message() + "\n";
    } catch (const Error& error) {
        ADD_FAILURE() << error.what();
    }
    return text;
}

TEST_P(Conformance, FromText) {
    for_each_program([](const std::string& path, const std::string& expected) {
        EXPECT_EQ(output_of([&](const RunOptions& options) { Program(options).run_file(path); }), expected);
    });
}

TEST_P(Conformance, FromArchive) {
    for_each_program([](const std::string& path, const std::string& expected) {
        std::string archive;
        output_of([&](const RunOptions& options) {
            Program program(options);
            try {
                program.run_file(path);
            } catch (const ScriptError&) {
                // What is saved was defined before.
            }
            for (const char* entry : {"main", "Main"}) {
                if (program.has(entry)) archive = program.script(entry).save_to_memory();
            }
        });
        if (archive.empty()) return;
        EXPECT_EQ(output_of([&](const RunOptions& options) {
                      load(archive.data(), archive.size()).forward({}, {}, options);
                  }),
                  expected);
    });
}

INSTANTIATE_TEST_SUITE_P(Programs, Conformance, ::testing::ValuesIn(groups()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace wick::jit
