#include "golden.h"

#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

namespace wick::testing {

void expect_golden(const std::string& path, const std::string& text) {
    const std::string file = std::string(WICK_TEST_ROOT "/") + path;
    const char* update = std::getenv("WICK_UPDATE_GOLDEN");
    if (update && *update && *update != '0') {
        std::ofstream(file, std::ios::binary) << text;
        return;
    }
    std::ifstream in(file, std::ios::binary);
    const std::string expected{std::istreambuf_iterator<char>(in), {}};
    EXPECT_EQ(text, expected) << path << " (WICK_UPDATE_GOLDEN=1 rewrites it)";
}

}  // namespace wick::testing
