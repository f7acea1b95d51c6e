// Derivatives of torch.nn.functional: nn_gradients.py, run by wick, against what PyTorch printed (nn_gradients.out).

#include <cmath>
#include <gtest/gtest.h>
#include <sstream>
#include <string>
#include <vector>

#include <wick/wick.h>

#include "api/fixtures.h"

namespace wick {
namespace {

struct Line {
    std::string label;  ///< the operator and the order
    std::vector<double> numbers;
};

std::vector<Line> parse(const std::string& text) {
    std::vector<Line> lines;
    std::istringstream stream(text);
    for (std::string row; std::getline(stream, row);) {
        std::istringstream words(row);
        Line line;
        std::string order, word;
        words >> line.label >> order;
        line.label += " " + order;
        while (words >> word)
            if (word != "|") line.numbers.push_back(std::stod(word));
        lines.push_back(std::move(line));
    }
    return lines;
}

TEST(NnGradients, ArePyTorchs) {
    std::string printed;
    jit::RunOptions options;
    options.output.print = [&](std::string_view line) { printed += line; };
    jit::Program(options).run_file(WICK_TEST_ROOT "/autograd/nn_gradients.py");
    const std::vector<Line> found = parse(printed),
                            expected = parse(testing::read_text(WICK_TEST_ROOT "/autograd/nn_gradients.out"));
    ASSERT_GT(expected.size(), 100u);
    ASSERT_EQ(found.size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i) {
        ASSERT_EQ(found[i].label, expected[i].label);
        ASSERT_EQ(found[i].numbers.size(), expected[i].numbers.size()) << expected[i].label;
        for (size_t k = 0; k < expected[i].numbers.size(); ++k)
            EXPECT_NEAR(found[i].numbers[k], expected[i].numbers[k], 1e-6 * (1 + std::fabs(expected[i].numbers[k])))
                << expected[i].label << ", number " << k;
    }
}

}  // namespace
}  // namespace wick
