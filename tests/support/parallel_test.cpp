#include <atomic>
#include <gtest/gtest.h>
#include <stdexcept>
#include <thread>
#include <vector>

#include <wick/support/parallel.h>
#include <wick/support/stop_check.h>

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

/// Lets `pieces` pieces of work pass.
struct StopAfter : StopCheck {
    explicit StopAfter(int pieces) : left(pieces) {}
    void check_time() const override {
        if (left-- <= 0) throw std::runtime_error("stopped");
    }
    mutable std::atomic<int> left;
};

TEST(ParallelFor, StopsBetweenPieces) {
    for (int threads : {1, 4}) {
        ThreadBudget budget(threads);
        const StopAfter stop(10);
        StopCheckGuard guard(&stop);
        std::atomic<int64_t> done{0};
        EXPECT_THROW(parallel_for(0, 1 << 20, 1, [&](int64_t b, int64_t e) { done += e - b; }), std::runtime_error);
        EXPECT_GT(done, 0);
        EXPECT_LT(done, 1 << 19);
    }
}

TEST(ParallelFor, PiecesCoverTheRangeOnce) {
    for (int threads : {1, 3}) {
        ThreadBudget budget(threads);
        const StopAfter never(1 << 30);
        StopCheckGuard guard(&never);
        std::vector<std::atomic<int>> hits(100'003);
        parallel_for(0, 100'003, 7, [&](int64_t b, int64_t e) {
            for (int64_t i = b; i < e; ++i) ++hits[i];
        });
        for (const auto& hit : hits) EXPECT_EQ(hit, 1);
    }
}

TEST(ParallelFor, ManyCallersAtOnce) {
    std::vector<std::thread> callers;
    std::atomic<int64_t> sum{0};
    for (int t = 0; t < 8; ++t) {
        callers.emplace_back([&] {
            ThreadBudget budget(2);
            for (int round = 0; round < 200; ++round)
                parallel_for(0, 64, 1, [&](int64_t b, int64_t e) { sum += e - b; });
        });
    }
    for (std::thread& caller : callers) caller.join();
    EXPECT_EQ(sum, 8 * 200 * 64);
}

}  // namespace
}  // namespace wick
