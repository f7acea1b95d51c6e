// A fixed set of damaged inputs through every fuzzing target. What must not happen: a crash, an error that is not
// wick's own, a hang. fuzz/run.sh looks further.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>

#include "api/fixtures.h"
#include "archive/zip.h"
#include "mutator.h"
#include "rebuild.h"
#include "targets.h"

namespace wick::fuzz {
namespace {

using testing::all_fixtures;
using testing::Fixture;

/// Of each target; WICK_MUTATIONS asks for another number.
int mutations() {
    const char* text = std::getenv("WICK_MUTATIONS");
    return text ? std::atoi(text) : 2000;
}

enum class Damage { bytes, text };

void expect_survives(const Target& target, const std::vector<std::string>& seeds, Damage damage) {
    ASSERT_FALSE(seeds.empty());
    for (const std::string& seed : seeds) {
        try {
            target.run(seed);
        } catch (const std::exception& error) {
            ADD_FAILURE() << "a seed itself: " << error.what();
        }
    }
    for (int i = 0; i < mutations(); ++i) {
        Mutator mutator(static_cast<uint64_t>(i));
        const std::string& seed = seeds[mutator.below(seeds.size())];
        const std::string& other = seeds[mutator.below(seeds.size())];
        const std::string input = damage == Damage::bytes ? mutator.bytes(seed, other) : mutator.text(seed, other);
        try {
            target.run(input);
        } catch (const std::exception& error) {
            ADD_FAILURE() << target.name << ", mutation " << i << ": " << error.what();
        }
    }
}

/// The records of all fixtures whose name ends so, each text once, up to a size that keeps the test fast.
std::vector<std::string> records_ending(std::string_view suffix, size_t max_size) {
    std::vector<std::string> records;
    for (const Fixture& fixture : all_fixtures()) {
        const archive::ZipReader reader(archive::map_file(fixture.archive()));
        for (const archive::ZipRecord& record : reader.records()) {
            if (record.name.ends_with(suffix) && record.size <= max_size)
                records.emplace_back(reader.read(record).view());
        }
    }
    std::sort(records.begin(), records.end());
    records.erase(std::unique(records.begin(), records.end()), records.end());
    return records;
}

std::vector<std::string> archives(size_t max_size) {
    std::vector<std::string> files;
    for (const Fixture& fixture : all_fixtures()) {
        std::string file = testing::read_text(fixture.archive());
        if (file.size() <= max_size) files.push_back(std::move(file));
    }
    return files;
}

TEST(Mutations, Zip) { expect_survives({"zip", zip}, archives(20'000), Damage::bytes); }

TEST(Mutations, Pickle) {
    std::vector<std::string> seeds = records_ending(".pkl", 8'000);
    const std::vector<std::string> debug = records_ending(".debug_pkl", 8'000);
    seeds.insert(seeds.end(), debug.begin(), debug.end());
    expect_survives({"pickle", pickle}, seeds, Damage::bytes);
}

TEST(Mutations, TensorFile) {
    std::vector<std::string> seeds;
    for (const char* path : {"t213/mlp.inputs.pt", "t213/customs.outputs.pt", "saved/t213/mixed.pt"})
        seeds.push_back(testing::read_text(std::string(WICK_TEST_DATA "/") + path));
    expect_survives({"tensor_file", tensor_file}, seeds, Damage::bytes);
}

TEST(Mutations, Source) { expect_survives({"source", source}, records_ending(".py", 6'000), Damage::text); }

TEST(Mutations, Graph) {
    std::vector<std::string> seeds;
    for (const Fixture& fixture : all_fixtures()) {
        if (fixture.folder == "t113" || !std::filesystem::exists(fixture.path(".graph.txt"))) continue;
        const std::string text = testing::read_text(fixture.path(".graph.txt"));
        // Each section has a line "=== method" before it.
        for (size_t at = text.find("graph("); at < text.size();) {
            const size_t end = std::min(text.find("\n===", at), text.size());
            if (end - at < 4'000) seeds.push_back(text.substr(at, end - at) + "\n");
            at = text.find("graph(", end);
        }
    }
    expect_survives({"graph", graph}, seeds, Damage::text);
}

TEST(Mutations, Program) {
    std::vector<std::string> seeds;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(WICK_TEST_ROOT "/conformance")) {
        // Those with modules read whole texts of the library, which takes its time.
        if (entry.path().extension() != ".py" || entry.path().parent_path().filename() == "conformance") continue;
        std::string text = testing::read_text(entry.path());
        if (text.find("nn.") == text.npos) seeds.push_back(std::move(text));
    }
    std::sort(seeds.begin(), seeds.end());
    expect_survives({"program", program}, seeds, Damage::text);
}

TEST(Mutations, ProgramOfTheGrammar) {
    std::vector<std::string> choices;
    for (uint64_t i = 0; i < 10; ++i) {
        Mutator random(i);
        std::string& bytes = choices.emplace_back();
        for (int left = 200; left > 0; --left) bytes += static_cast<char>(random.below(256));
    }
    const auto run = [](std::string_view bytes) { program(std::string(1, '\0').append(bytes)); };
    expect_survives({"program", run}, choices, Damage::bytes);
}

TEST(Mutations, Archive) {
    const std::vector<std::string> seeds = archives(12'000);
    for (int i = 0; i < mutations(); ++i) {
        Mutator mutator(static_cast<uint64_t>(i));
        const std::string& seed = seeds[mutator.below(seeds.size())];
        const size_t choice = mutator.below(1000);
        const std::string input = with_changed_record(seed, choice, [&](std::string_view record) {
            const bool is_text = record.find('\0') == std::string_view::npos;
            return is_text ? mutator.text(record, record) : mutator.bytes(record, record);
        });
        try {
            archive(input);
        } catch (const std::exception& error) {
            ADD_FAILURE() << "mutation " << i << ": " << error.what();
        }
    }
}

}  // namespace
}  // namespace wick::fuzz
