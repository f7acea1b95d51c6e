// One loaded module, many threads: no lock, no race (make tsan), no memory that grows.

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
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
#include "support/block_pool.h"

namespace wick::jit {
namespace {

using testing::Fixture;
using testing::FixtureCall;
using testing::FixtureCase;

/// Whether a module's state is in tensors that it writes to, so that it matters in which order it is called.
bool writes_its_tensors(const Fixture& fixture) {
    const std::vector<FixtureCase> cases = fixture.cases();
    return std::any_of(cases.begin(), cases.end(), [](const FixtureCase& one) { return one.calls.size() != 1; });
}

/// Whether a module's results depend on the calls before: it assigns its attributes, or appends to their lists.
bool keeps_state(const Fixture& fixture) {
    static const std::set<std::string> kKeepState = {"attributes", "awaits", "detector"};
    return kKeepState.contains(fixture.name) || writes_its_tensors(fixture);
}

std::vector<FixtureCase> cases_without_error(const Fixture& fixture) {
    std::vector<FixtureCase> cases = fixture.cases();
    std::erase_if(cases, [](const FixtureCase& one) { return !one.raises.empty(); });
    return cases;
}

struct Shared {
    Fixture fixture;
    Module module;
    bool keeps_state = false;
};

TEST(Threads, EightRunAllFixturesAtOnce) {
    std::vector<Shared> all;
    for (const Fixture& fixture : testing::all_fixtures()) {
#ifdef __SANITIZE_THREAD__
        // Nothing guards the elements of a tensor: calls that write to one at a time race for them, as the program
        // says.
        if (writes_its_tensors(fixture)) continue;
#endif
        try {
            all.push_back({fixture, load(fixture.archive()), keeps_state(fixture)});
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
                for (const FixtureCase& one : cases_without_error(shared.fixture)) {
                    std::vector<std::string> lines;
                    for (const FixtureCall& call : one.calls) {
                        try {
                            const IValue result = shared.module.get_method(call.method)(call.arguments);
                            if (shared.keeps_state) continue;
                            lines = testing::differences(result, call.output, one.tolerance,
                                                         shared.module.type_name() + " " + one.name);
                        } catch (const Error& error) {
                            if (!shared.keeps_state) lines = {error.what()};
                        }
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

TEST(Threads, AModuleThatChangesItselfIsNeverCorrupted) {
    Program program;
    program.run(R"(
import torch
from torch import nn
from typing import Dict, List, Optional, Tuple

class Entry:
    def __init__(self, number: int):
        self.number = number
        self.names = [str(number)]

    def __lt__(self, other: "Entry") -> bool:
        return self.number < other.number

class Store(nn.Module):
    items: List[torch.Tensor]
    table: Dict[str, List[int]]
    last: Optional[torch.Tensor]
    entries: List[Entry]

    def __init__(self):
        super().__init__()
        self.items = [torch.zeros(1)]
        self.table = {"0": [0]}
        self.last = None
        self.entries = [Entry(0)]
        self.pair = (1, ["one"])
        self.count = 0
        self.register_buffer("window", torch.ones(4))

    @torch.jit.export
    def reshape(self, i: int) -> int:
        self.window.resize_([i % 9 + 1])
        return self.window.numel()

    def grow(self, i: int) -> int:
        self.items.append(torch.ones(i % 7))
        row = self.table.setdefault(str(i % 10), [i])
        row.extend(row[:3])
        self.entries.append(Entry(i))
        self.last = self.items[-1] if i % 2 == 0 else None
        self.pair = (i, [str(i)])
        self.count += 1
        if len(self.items) > 20:
            self.items = self.items[10:]
        if len(row) > 50:
            row.clear()
        if len(self.entries) > 20:
            self.entries = [Entry(i)]
        return self.count

    def read(self, i: int) -> Tuple[List[torch.Tensor], Dict[str, List[int]], int, str]:
        total = int(self.window.abs().sum() * 0)
        for item in self.items:
            total += item.numel()
        for key, row in self.table.items():
            total += len(row) + sum(row) % 2
        last = self.last
        if last is not None:
            total += last.numel()
        self.entries.sort()
        for entry in self.entries:
            entry.names.append(str(i))
            total += len(entry.names)
        number, names = self.pair
        text = str(self.table) + names[0] + (str(self.items == [last, last]) if last is not None else str(number))
        future = torch.jit.fork(self.grow, i)
        total += torch.jit.wait(future)
        return self.items, self.table, total, text

    def forward(self, i: int) -> int:
        self.grow(i)
        _, _, total, _ = self.read(i)
        return total

store = Store()
)");
    const Module store = program.script("store");
    std::atomic<int64_t> calls{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t) {
        threads.emplace_back([&, t] {
            for (int64_t i = 0; i < 200; ++i) {
                try {
                    store.get_method(i % 3 == t % 3 ? "grow" : "forward")({i + t});
                    if (i % 10 == 0) store.get_method("reshape")({i});
                    // What comes back is a copy: nobody else changes it while it is read.
                    const IValue read = store.get_method("read")({i});
                    size_t elements = 0;
                    for (const auto& [key, row] : read.to_tuple().elements[1].to_dict().items())
                        elements += row.to_int_vector().size();
                    // A row is cleared when it is longer than 50; until then each running call may have added three.
                    calls += elements <= 10 * (50 + 3 * 16);
                    if (i % 50 == 0)
                        store.save(std::filesystem::temp_directory_path() /
                                   fmt::format("wick-store-{}-{}", getpid(), t));
                } catch (const ScriptError&) {
                    // A list may be shorter by the time it is indexed; a tensor that is read keeps its shape.
                    ++calls;
                }
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(calls, 8 * 200);
    EXPECT_EQ(store.get_method("reshape")({6}).to_int(), 7);
    for (int t = 0; t < 8; ++t)
        std::filesystem::remove(std::filesystem::temp_directory_path() / fmt::format("wick-store-{}-{}", getpid(), t));
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

/// Bytes of the heap that something holds; freed blocks that wait for another storage are nobody's.
int64_t used_bytes() {
    // What is mapped on its own is not among those in use.
    const auto heap = mallinfo2();
    return static_cast<int64_t>(heap.uordblks + heap.hblkhd) - static_cast<int64_t>(waiting_bytes());
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
    const int64_t used = used_bytes();
    const int64_t resident = resident_bytes();
    from_threads(calls / 4);
    EXPECT_LT(used_bytes(), used + 64 * 1024);
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
            if (fixture.folder == "t213" && fixture.name == name && !keeps_state(fixture))
                all.push_back({fixture, load(fixture.archive())});
        }
    }
    ASSERT_FALSE(all.empty());
    std::vector<std::pair<const Module*, FixtureCall>> calls;
    for (const Shared& shared : all) {
        for (const FixtureCase& one : cases_without_error(shared.fixture))
            calls.emplace_back(&shared.module, one.calls[0]);
    }
    expect_flat_memory([&](int i) {
        const auto& [module, call] = calls[static_cast<size_t>(i) % calls.size()];
        module->get_method(call.method)(call.arguments);
    });
}

}  // namespace
}  // namespace wick::jit
