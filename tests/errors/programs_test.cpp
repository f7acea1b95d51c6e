// Programs with one mistake each: compile/NAME.py does not compile, run/NAME.py fails when f() runs. NAME.txt is the
// whole message.

#include <algorithm>
#include <filesystem>
#include <gtest/gtest.h>

#include "api/fixtures.h"
#include "golden.h"
#include "runtime/program.h"

namespace wick::jit {
namespace {

std::vector<std::string> programs_in(const char* folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(std::string(WICK_TEST_ROOT "/errors/") + folder)) {
        if (entry.path().extension() == ".py") names.push_back(entry.path().stem());
    }
    std::sort(names.begin(), names.end());
    return names;
}

testing::Program program_of(const std::string& path) {
    return testing::Program(testing::read_text(std::string(WICK_TEST_ROOT "/errors/") + path),
                            std::filesystem::path(path).filename());
}

class CompileMistake : public ::testing::TestWithParam<std::string> {};

TEST_P(CompileMistake, IsShownAtItsPlace) {
    const std::string path = "errors/compile/" + GetParam();
    testing::Program program = program_of("compile/" + GetParam() + ".py");
    try {
        program.compile_all();
        ADD_FAILURE() << "it compiles";
    } catch (const CompileError& error) {
        testing::expect_golden(path + ".txt", std::string(error.what()) + "\n");
    }
}

INSTANTIATE_TEST_SUITE_P(Errors, CompileMistake, ::testing::ValuesIn(programs_in("compile")),
                         [](const auto& info) { return info.param; });

class RunMistake : public ::testing::TestWithParam<std::string> {};

TEST_P(RunMistake, IsShownWithItsCalls) {
    testing::Program program = program_of("run/" + GetParam() + ".py");
    try {
        program.run("f", {});
        ADD_FAILURE() << "it succeeds";
    } catch (const ScriptError& error) {
        testing::expect_golden("errors/run/" + GetParam() + ".txt", error.what());
    }
}

INSTANTIATE_TEST_SUITE_P(Errors, RunMistake, ::testing::ValuesIn(programs_in("run")),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace wick::jit
