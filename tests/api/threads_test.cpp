// One loaded module, many threads: no lock, no race (make tsan), no memory that grows.

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <malloc.h>
#include <mutex>
#include <set>
#include <thread>
#include <unistd.h>

#include <wick/support/parallel.h>
#include <wick/wick.h>

#include "api/fixtures.h"
#include "ops/tensor_ops.h"

namespace wick::jit {
namespace {

using testing::Fixture;
using testing::FixtureCall;
using testing::FixtureCase;

/// Cases of one call whose module keeps no state between calls: who assigns attributes of a shared module, or appends
/// to their lists, has to see to it that one thread does so at a time.
std::vector<FixtureCase> independent_cases(const Fixture& fixture) {
    static const std::set<std::string> kKeepState = {"attributes", "awaits", "detector"};
    if (kKeepState.contains(fixture.name)) return {};
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

TEST(Threads, EightLoadAtOnce) {
    std::atomic<int> equal{0};
    const std::string text = load(WICK_TEST_DATA "/t213/bert_tiny.pt").get_method("forward").code();
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t) {
        threads.emplace_back([&, t] {
            // Different archives first, so that what the process compiles once is asked for by several at a time.
            for (const char* name : {"mlp", "beam_search", "contexts", "attention"}) {
                const Module other = load(std::string(WICK_TEST_DATA "/t213/") + name + ".pt");
                EXPECT_FALSE(other.get_methods().empty());
                if (t % 2 == 0) break;
            }
            const Module module = load(WICK_TEST_DATA "/t213/bert_tiny.pt");
            equal += module.get_method("forward").code() == text;
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(equal, 8);
}

TEST(Threads, ALimitStopsItsOwnCallOnly) {
    const Module module = load(WICK_TEST_DATA "/t213/mlp.pt");
    const Tensor input = ops::ones({64, module.parameters()[0].size(1)}, DType::float32);
    const IValue expected = module.forward({input});
    const std::atomic<bool> cancelled{true};
    RunOptions memory;
    memory.max_memory = 1000;
    RunOptions steps;
    steps.max_steps = 1;
    RunOptions cancel;
    cancel.cancel = &cancelled;
    const auto stopped_by = [&](const RunOptions& options, LimitError::Kind kind) {
        try {
            module.forward({input}, {}, options);
        } catch (const LimitError& error) {
            return error.kind() == kind;
        }
        return false;
    };
    std::atomic<int> right{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 50; ++i) {
                switch ((t + i) % 4) {
                    case 0:
                        right += stopped_by(memory, LimitError::Kind::memory);
                        break;
                    case 1:
                        right += stopped_by(steps, LimitError::Kind::steps);
                        break;
                    case 2:
                        right += stopped_by(cancel, LimitError::Kind::time);
                        break;
                    case 3:
                        right += testing::differences(module.forward({input}), expected, {}).empty();
                        break;
                }
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(right, 8 * 50);
}

/// How many calls the tests of memory make (WICK_MEMORY_CALLS).
int memory_calls() {
    const char* text = std::getenv("WICK_MEMORY_CALLS");
    return text ? std::atoi(text) : 1000;
}

/// Bytes of this process that are in memory.
int64_t resident_bytes() {
    std::ifstream file("/proc/self/statm");
    int64_t all = 0;
    int64_t resident = 0;
    file >> all >> resident;
    return resident * sysconf(_SC_PAGESIZE);
}

/// `call(i)` many times from four threads, after a hundredth of that to warm up: neither the heap's contents nor the
/// memory that it holds grow.
template <class F>
void expect_flat_memory(F&& call) {
    const auto from_threads = [&](int count) {
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&, t] {
                for (int i = 0; i < count; ++i) call(i * 7 + t);
            });
        }
        for (std::thread& thread : threads) thread.join();
    };
    const int calls = memory_calls();
    from_threads(std::max(200, calls / 100));
    const size_t used = mallinfo2().uordblks;
    const int64_t resident = resident_bytes();
    from_threads(calls / 4);
    EXPECT_LT(mallinfo2().uordblks, used + 64 * 1024);
    EXPECT_LT(resident_bytes(), resident + (4 << 20));
}

TEST(Threads, MemoryStaysFlatOverShapes) {
    const Module mlp = load(WICK_TEST_DATA "/t213/mlp.pt");
    const int64_t width = mlp.parameters()[0].size(1);
    expect_flat_memory([&](int i) { mlp.forward({ops::zeros({1 + i % 64, width}, DType::float32)}); });
}

TEST(Threads, MemoryStaysFlatOverLoads) {
    expect_flat_memory([](int) { load(WICK_TEST_DATA "/t213/mlp.pt"); });
}

TEST(Threads, MemoryStaysFlatOverModels) {
    std::vector<Shared> all;
    for (const char* name : {"lstm", "attention", "convnet", "transformer_encoder"}) {
        for (const Fixture& fixture : testing::all_fixtures()) {
            if (fixture.folder == "t213" && fixture.name == name && !independent_cases(fixture).empty())
                all.push_back({fixture, load(fixture.archive())});
        }
    }
    ASSERT_FALSE(all.empty());
    std::vector<std::pair<const Module*, FixtureCall>> calls;
    for (const Shared& shared : all) {
        for (const FixtureCase& one : independent_cases(shared.fixture))
            calls.emplace_back(&shared.module, one.calls[0]);
    }
    expect_flat_memory([&](int i) {
        const auto& [module, call] = calls[static_cast<size_t>(i) % calls.size()];
        module->get_method(call.method)(call.arguments);
    });
}

}  // namespace
}  // namespace wick::jit
