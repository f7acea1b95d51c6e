// One loaded module, many threads: no lock, no race (make tsan), no memory that grows.

#include <atomic>
#include <gtest/gtest.h>
#include <malloc.h>
#include <mutex>
#include <thread>

#include <wick/support/parallel.h>
#include <wick/wick.h>

#include "api/fixtures.h"
#include "ops/tensor_ops.h"

namespace wick::jit {
namespace {

using testing::Fixture;
using testing::FixtureCase;

/// Cases of one call whose module keeps no state between calls.
std::vector<FixtureCase> independent_cases(const Fixture& fixture) {
    std::vector<FixtureCase> cases = fixture.cases();
    for (const FixtureCase& one : cases) {
        if (one.calls.size() != 1) return {};
    }
    std::erase_if(cases, [](const FixtureCase& one) { return !one.raises.empty(); });
    return cases;
}

struct Shared {
    Fixture fixture;
    Module module;
};

TEST(Threads, EightRunAllFixturesAtOnce) {
    std::vector<Shared> all;
    for (const Fixture& fixture : testing::all_fixtures()) {
        try {
            if (!independent_cases(fixture).empty()) all.push_back({fixture, load(fixture.archive())});
        } catch (const CompileError&) {
            // The test of the fixture says so.
        }
    }
    std::mutex mutex;
    std::vector<std::string> found;
    std::vector<std::thread> threads;
    for (size_t t = 0; t < 8; ++t) {
        threads.emplace_back([&, t] {
            set_num_threads(2);
            // Each begins elsewhere, then all meet on the same modules.
            for (size_t k = 0; k < all.size(); ++k) {
                const Shared& shared = all[(k + t % 2 * all.size() / 2) % all.size()];
                // Some cases change their arguments: each thread has its own.
                for (const FixtureCase& one : independent_cases(shared.fixture)) {
                    std::vector<std::string> lines;
                    try {
                        const IValue result = shared.module.get_method(one.calls[0].method)(one.calls[0].arguments);
                        lines = testing::differences(result, one.calls[0].output, one.tolerance,
                                                     shared.module.type_name() + " " + one.name);
                    } catch (const Error& error) {
                        lines = {error.what()};
                    }
                    std::lock_guard lock(mutex);
                    found.insert(found.end(), lines.begin(), lines.end());
                }
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(found, std::vector<std::string>{});
}

TEST(Threads, MemoryStaysFlatOverShapes) {
    const Module module = load(WICK_TEST_DATA "/t213/mlp.pt");
    const int64_t width = module.parameters()[0].size(1);
    const auto calls = [&](int count) {
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&, t] {
                for (int i = 0; i < count; ++i)
                    module.forward({ops::zeros({1 + (i * 7 + t) % 64, width}, DType::float32)});
            });
        }
        for (std::thread& thread : threads) thread.join();
    };
    calls(200);
    const size_t before = mallinfo2().uordblks;
    calls(1000);
    const size_t after = mallinfo2().uordblks;
    EXPECT_LT(after, before + 64 * 1024);
}

}  // namespace
}  // namespace wick::jit
