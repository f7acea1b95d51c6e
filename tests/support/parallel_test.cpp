#include <wick/support/parallel.h>

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

namespace wick {
namespace {

TEST(ParallelFor, CoversTheRangeOnce) {
    ThreadBudget budget(4);
    std::vector<std::atomic<int>> hits(10007);
    parallel_for(0, 10007, 10, [&](int64_t b, int64_t e) {
        EXPECT_EQ(max_threads(), 1);
        for (int64_t i = b; i < e; ++i) ++hits[i];
    });
    for (const auto& hit : hits) EXPECT_EQ(hit, 1);
}

TEST(ParallelFor, PassesExceptionsOn) {
    ThreadBudget budget(2);
    EXPECT_THROW(parallel_for(0, 100, 1, [](int64_t, int64_t) { throw std::runtime_error("no"); }), std::runtime_error);
}

TEST(ParallelFor, ManyCallersAtOnce) {
    std::vector<std::thread> callers;
    std::atomic<int64_t> sum{0};
    for (int t = 0; t < 8; ++t) {
        callers.emplace_back([&] {
            ThreadBudget budget(2);
            for (int round = 0; round < 200; ++round) parallel_for(0, 64, 1, [&](int64_t b, int64_t e) { sum += e - b; });
        });
    }
    for (std::thread& caller : callers) caller.join();
    EXPECT_EQ(sum, 8 * 200 * 64);
}

}  // namespace
}  // namespace wick
