// Every fixture through the public API: results, exceptions and texts are PyTorch's.

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <optional>
#include <regex>
#include <unordered_set>

#include <wick/wick.h>

#include "api/fixtures.h"

namespace wick::jit {
namespace {

using testing::Fixture;
using testing::FixtureCase;

class FixtureTest : public ::testing::TestWithParam<Fixture> {};

void run_case(const Module& module, const FixtureCase& expected, const RunOptions& options = {}) {
    for (size_t i = 0; i < expected.calls.size(); ++i) {
        SCOPED_TRACE(fmt::format("case {}, call {}", expected.name, i));
        const testing::FixtureCall& call = expected.calls[i];
        IValue result;
        try {
            result = module.get_method(call.method)(call.arguments, {}, options);
        } catch (const Error& error) {
            const std::string text = error.what();
            EXPECT_FALSE(expected.raises.empty()) << text;
            EXPECT_NE(text.find(expected.raises), std::string::npos) << "expected: " << expected.raises << "\n" << text;
            return;
        }
        EXPECT_EQ(expected.raises, "") << "nothing was raised";
        for (const std::string& line : testing::differences(result, call.output, expected.tolerance))
            ADD_FAILURE() << line;
    }
}

TEST_P(FixtureTest, GivesTheResultsOfPyTorch) {
    for (const FixtureCase& expected : GetParam().cases()) run_case(load(GetParam().archive()), expected);
}

/// Work that can be stopped is cut into pieces, and values are counted; the numbers stay.
TEST_P(FixtureTest, GivesTheSameUnderLimits) {
    RunOptions options;
    options.max_memory = int64_t{1} << 32;
    options.deadline = std::chrono::steady_clock::now() + std::chrono::hours(1);
    for (const FixtureCase& expected : GetParam().cases()) run_case(load(GetParam().archive()), expected, options);
}

/// Each method of the module and of one submodule per type.
std::string texts_of(const Module& module, std::string (Method::*text)() const) {
    std::string all;
    std::unordered_set<const void*> seen;
    for (const auto& [path, submodule] : module.named_modules()) {
        if (!seen.insert(submodule.object()->type.get()).second) continue;
        std::vector<Method> methods = submodule.get_methods();
        std::sort(methods.begin(), methods.end(), [](const auto& a, const auto& b) { return a.name() < b.name(); });
        for (const Method& method : methods)
            all += "=== " + path + (path.empty() ? "" : ":") + method.name() + "\n" + (method.*text)();
    }
    return all;
}

/// PyTorch numbers warnings in the order in which a process meets them.
std::string without_warning_numbers(const std::string& text) {
    static const std::regex number("warn_id=[0-9]+");
    return std::regex_replace(text, number, "warn_id=N");
}

/// Those parts of `text` (each begins with "=== ") whose first line `want` has: of large models it has the top method's
/// only.
std::string parts_in(const std::string& text, const std::string& want) {
    std::string kept;
    for (size_t begin = 0; begin < text.size();) {
        const size_t end = std::min(text.find("\n=== ", begin), text.size() - 1) + 1;
        const std::string first_line = text.substr(begin, text.find('\n', begin) + 1 - begin);
        if (want.starts_with(first_line) || want.find("\n" + first_line) != want.npos)
            kept += text.substr(begin, end - begin);
        begin = end;
    }
    return kept;
}

void expect_same_text(std::string text, const std::string& path) {
    const std::string want = without_warning_numbers(testing::read_text(path));
    text = parts_in(without_warning_numbers(text), want);
    if (text == want) return;
    const size_t at = std::mismatch(text.begin(), text.end(), want.begin(), want.end()).first - text.begin();
    const size_t line = text.rfind('\n', at) + 1;
    ADD_FAILURE() << path << ": the text differs from line " << std::count(text.begin(), text.begin() + at, '\n') + 1
                  << " on\n"
                  << text.substr(line, 300) << "\ninstead of\n"
                  << want.substr(std::min(line, want.size()), 300);
}

TEST_P(FixtureTest, PrintsTheCodeOfPyTorch) {
    const std::string path = GetParam().path(".code.txt");
    const Module module = load(GetParam().archive());
    if (std::filesystem::exists(path)) expect_same_text(texts_of(module, &Method::code), path);
}

TEST_P(FixtureTest, PrintsTheGraphsOfPyTorch) {
    const std::string path = GetParam().path(".graph.txt");
    const Module module = load(GetParam().archive());
    if (std::filesystem::exists(path)) expect_same_text(texts_of(module, &Method::graph), path);
}

INSTANTIATE_TEST_SUITE_P(Data, FixtureTest, ::testing::ValuesIn(testing::all_fixtures()),
                         [](const auto& info) { return info.param.folder + "_" + info.param.name; });

}  // namespace
}  // namespace wick::jit
