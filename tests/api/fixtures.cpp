#include "api/fixtures.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <nlohmann/json.hpp>

#include "archive/torch_save.h"
#include "cli/plain_value.h"

namespace wick::testing {

std::string Fixture::folder_path() const { return WICK_TEST_DATA "/" + folder; }

std::vector<Fixture> all_fixtures() {
    std::vector<Fixture> fixtures;
    for (const char* folder : {"old", "t113", "t213"}) {
        for (const auto& entry : std::filesystem::directory_iterator(std::string(WICK_TEST_DATA "/") + folder)) {
            if (entry.path().extension() == ".json") fixtures.push_back({folder, entry.path().stem()});
        }
    }
    std::sort(fixtures.begin(), fixtures.end(), [](const Fixture& a, const Fixture& b) {
        return std::tie(a.folder, a.name) < std::tie(b.folder, b.name);
    });
    return fixtures;
}

std::vector<std::string> differences(const IValue& got, const IValue& want, const cli::Tolerance& tolerance,
                                     const std::string& where) {
    return cli::compare(cli::plain_value(got), want, tolerance, where).differences;
}

std::string read_text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    EXPECT_TRUE(file.good()) << path;
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<FixtureCase> Fixture::cases() const {
    const nlohmann::json record = nlohmann::json::parse(read_text(path(".json")));
    const auto load = [&](const nlohmann::json& file) {
        return archive::load_torch_file(folder_path() + "/" + file.get<std::string>());
    };
    std::vector<FixtureCase> cases;
    for (const nlohmann::json& entry : record.at("cases")) {
        FixtureCase& found = cases.emplace_back();
        found.name = entry.at("name");
        found.tolerance.rtol = record.value("rtol", found.tolerance.rtol);
        found.tolerance.atol = std::max(record.value("atol", found.tolerance.atol), 2 * entry.value("rounding", 0.0));
        const IValue inputs = load(entry.at("inputs"));
        const IValue outputs = entry.contains("outputs") ? load(entry.at("outputs")) : IValue();
        if (entry.contains("raises")) {
            const std::string line = entry.at("raises");
            const size_t colon = line.find(": ");
            found.raises = colon == std::string::npos ? line : line.substr(colon + 2);
        }
        if (!entry.at("sequence")) {
            found.calls.push_back({entry.at("method"), inputs.to_tuple().elements, outputs});
            continue;
        }
        for (size_t i = 0; i < inputs.to_list().items.size(); ++i) {
            const std::vector<IValue>& call = inputs.to_list().items[i].to_tuple().elements;
            found.calls.push_back({call[0].to_string(), call[1].to_tuple().elements, outputs.to_list().items.at(i)});
        }
    }
    return cases;
}

}  // namespace wick::testing
