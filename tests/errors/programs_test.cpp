// Programs with one mistake each: compile/NAME.py (as archives have it) and program/NAME.py (as people write it) do not
// compile, run/NAME.py fails when f() runs. NAME.txt is the whole message; pytorch.txt, made by make.py, has PyTorch's
// sentences for program/.

#include <algorithm>
#include <filesystem>
#include <gtest/gtest.h>
#include <map>
#include <sstream>

#include <wick/wick.h>

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

class ProgramMistake : public ::testing::TestWithParam<std::string> {};

/// What scripting the function f, or the module class M where there is one, says.
std::string message_of_program(const std::string& name) {
    Program program;
    try {
        program.run(testing::read_text(WICK_TEST_ROOT "/errors/program/" + name + ".py"), name + ".py");
        program.script(program.has("M") ? "M" : "f");
        return "(compiles)\n";
    } catch (const Error& error) {
        return std::string(error.what()) + "\n";
    }
}

TEST_P(ProgramMistake, IsShownAtItsPlace) {
    testing::expect_golden("errors/program/" + GetParam() + ".txt", message_of_program(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Errors, ProgramMistake, ::testing::ValuesIn(programs_in("program")),
                         [](const auto& info) { return info.param; });

/// The lines of each entry of pytorch.txt.
std::map<std::string, std::vector<std::string>> pytorch_entries() {
    std::map<std::string, std::vector<std::string>> entries;
    std::vector<std::string>* lines = nullptr;
    std::istringstream text(testing::read_text(WICK_TEST_ROOT "/errors/pytorch.txt"));
    for (std::string line; std::getline(text, line);) {
        if (line.starts_with("== ")) {
            lines = &entries[line.substr(3)];
        } else {
            lines->push_back(line);
        }
    }
    return entries;
}

/// Mistakes for which wick has a sentence of its own, and why. An entry that is needed no more fails.
const std::map<std::string, std::string> kOtherSentences = {
    {"annotate_without_type", "PyTorch fails to build the tree of the call"},
    {"await_inside", "Python's compiler finds it"},
    {"break_outside", "Python's parser finds it"},
    {"continue_outside", "Python's parser finds it"},
    {"enum_auto_after_largest", "PyTorch fails to convert the number"},
    {"enum_mixed_values", "PyTorch takes the types in the order of a set"},
    {"equality_of_functions", "functions are values here"},
    {"instances_without_end", "functions have an instance for each type here"},
    {"map_of_nothing", "each of Python's builtins counts its arguments in words of its own"},
    {"module_submodule_assigned", "wick says what makes modules"},
    {"named_tuple_of_itself", "PyTorch says it of its own ForwardRef, where the class is used"},
    {"positional_only_by_name", "PyTorch forgets the parameters in front of the slash"},
    {"property_of_property", "wick says it where the property is made"},
    {"range_with_keywords", "wick names the keyword"},
    {"setter_of_property", "wick says it where the property is made"},
    {"string_item_assigned", "wick names the type"},
    {"two_starred", "Python's parser finds it"},
    {"type_alias_statement", "Python 3.11's parser does not know it"},
    {"type_comment_unknown", "PyTorch shows the comment alone"},
    {"type_of_itself", "wick says it where the type is made"},
    {"type_parameters", "Python 3.11's parser does not know them"},
    {"while_else", "PyTorch fails to make its error"},
};

TEST(ProgramMistakes, HaveTheSentencesOfPyTorch) {
    for (const auto& [name, lines] : pytorch_entries()) {
        const std::string text = testing::read_text(WICK_TEST_ROOT "/errors/program/" + name + ".txt");
        std::string missing;
        for (const std::string& line : lines) {
            const bool is_place = line.starts_with("line ");
            if (text.find(is_place ? ".py:" + line.substr(5) + ":" : line) == std::string::npos) missing += line + "\n";
            if (is_place) break;  // what follows is the chain of calls
        }
        EXPECT_EQ(!missing.empty(), kOtherSentences.contains(name)) << name << ":\n"
                                                                    << text << "PyTorch says:\n"
                                                                    << missing;
    }
}

}  // namespace
}  // namespace wick::jit
