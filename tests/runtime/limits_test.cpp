// Limits stop any program; the end of a call is the end of its tasks.

#include <atomic>
#include <chrono>
#include <fmt/format.h>
#include <thread>
#include <vector>

#include <wick/tensor/grad_mode.h>

#include "ir/graph.h"
#include "ops/print_value.h"
#include "runtime/program.h"

namespace wick::jit {
namespace {

using testing::Program;

LimitError::Kind limit_of(const std::string& text, std::vector<IValue> arguments, const RunOptions& options) {
    Program program(text);
    try {
        program.run("f", std::move(arguments), options);
    } catch (const LimitError& error) {
        return error.kind();
    }
    ADD_FAILURE() << "no limit was reached";
    return LimitError::Kind::recursion;
}

RunOptions memory(int64_t bytes) {
    RunOptions options;
    options.max_memory = bytes;
    return options;
}

TEST(Limits, HugeTensorsAreErrors) {
    for (const char* expression :
         {"torch.zeros([1099511627776, 1024])", "torch.ones([4611686018427387904, 16])",
          "torch.full([9223372036854775807], 1.5)", "torch.zeros([1000000, 1000000, 1000000])"}) {
        Program program(std::string("def f() -> Tensor:\n  return ") + expression + "\n");
        EXPECT_THROW(program.run("f", {}), ScriptError) << expression;
    }
    EXPECT_EQ(limit_of("def f() -> Tensor:\n  return torch.zeros([1000, 1000])\n", {}, memory(1 << 20)),
              LimitError::Kind::memory);
    for (const char* expression :
         {"torch.fft_fftfreq(1099511627776)", "torch.replication_pad1d(torch.zeros([1, 1, 3]), [1099511627776, 0])",
          "torch.repeat_interleave(torch.full([1], 1099511627776))"})
        EXPECT_EQ(limit_of(std::string("def f() -> Tensor:\n  return ") + expression + "\n", {}, memory(1 << 20)),
                  LimitError::Kind::memory)
            << expression;
}

TEST(Limits, ListsDictsAndStringsCount) {
    EXPECT_EQ(limit_of("def f(n: int) -> int:\n  x = annotate(List[int], [])\n  for i in range(n):\n"
                       "    _0 = torch.append(x, i)\n  return torch.len(x)\n",
                       {10'000'000}, memory(1 << 20)),
              LimitError::Kind::memory);
    EXPECT_EQ(limit_of("def f(n: int) -> int:\n  x = annotate(Dict[int, int], {})\n  for i in range(n):\n"
                       "    torch._set_item(x, i, i)\n  return torch.len(x)\n",
                       {10'000'000}, memory(1 << 20)),
              LimitError::Kind::memory);
    EXPECT_EQ(limit_of("def f(n: int) -> int:\n  x = \"a\"\n  for i in range(n):\n"
                       "    x = torch.add(x, x)\n  return torch.len(x)\n",
                       {60}, memory(1 << 20)),
              LimitError::Kind::memory);
}

/// A program that keeps more and more values of one kind, in a list that the caller sees.
struct Keeper {
    const char* type;
    const char* expression;
    int64_t least_bytes;  ///< of one value
};

TEST(Limits, ManySmallValuesCount) {
    constexpr int64_t kLimit = 8 << 20;
    for (const Keeper& keeper : std::vector<Keeper>{{"List[int]", "[i, i]", 32},
                                                    {"Dict[int, int]", "{i: i}", 48},
                                                    {"Tuple[int, int]", "(i, i)", 32},
                                                    {"str", "torch.ljust(torch.str(i), 40, \"b\")", 41},
                                                    {"Tensor", "torch.empty([0])", 64},
                                                    {"__torch__.A", "__torch__.A(i)", 32},
                                                    {"complex", "complex(1., 2.)", 16},
                                                    {"Future[int]", "fork(__torch__.g, i)", 32}}) {
        SCOPED_TRACE(keeper.expression);
        Program program(fmt::format(R"(class A:
  n : int
  def __init__(self: __torch__.A, n: int) -> NoneType:
    self.n = n
    return None
def g(i: int) -> int:
  return i
def f(kept: List[{}], n: int) -> int:
  for i in range(n):
    _0 = torch.append(kept, {})
  return torch.len(kept)
)",
                                    keeper.type, keeper.expression));
        const Schema& schema = program.function("f").schema();
        const IValue kept = make_list(schema.arguments[0].type->contained(0));
        EXPECT_THROW(program.run("f", {kept, 100'000'000}, memory(kLimit)), LimitError);
        const int64_t count = static_cast<int64_t>(kept.to_list().items.size());
        EXPECT_LE(count * (keeper.least_bytes + 16), kLimit);
        EXPECT_GT(count, kLimit / 2000);
    }
}

TEST(Limits, OneOperatorThatMakesManySmallValuesCounts) {
    for (const char* expression :
         {"torch.len(torch.split(torch.ljust(\"\", 1000000, \",\"), \",\"))",
          "torch.len(torch.list(torch.ljust(\"a\", 1000000, \"b\")))",
          "torch.len(torch.split(torch.zeros([1000000]), 1))", "torch.len(torch.unbind(torch.zeros([1000000])))"}) {
        EXPECT_EQ(limit_of(std::string("def f() -> int:\n  return ") + expression + "\n", {}, memory(16 << 20)),
                  LimitError::Kind::memory)
            << expression;
    }
}

TEST(Limits, WhatIsGoneCountsNoMore) {
    Program program(R"(def f(n: int) -> int:
  x = annotate(List[List[int]], [])
  for i in range(n):
    x = [[i, i], [i]]
    y = (i, torch.ljust("a", 100, "b"))
    z = {i: [i]}
    torch.clear(x)
  return torch.len(x)
)");
    EXPECT_EQ(program.run("f", {100'000}, memory(1 << 20)).to_int(), 0);
}

TEST(Limits, WhatTheCallerBringsDoesNotCount) {
    Program program(R"(def f(x: List[List[int]]) -> int:
  y = torch.copy(x)
  _0 = torch.append(y[0], 1)
  return torch.len(y)
)");
    auto big = make_list(list_type(int_type()));
    for (int i = 0; i < 10'000; ++i) big->items.emplace_back(std::vector<int64_t>(100));
    EXPECT_EQ(program.run("f", {IValue(big)}, memory(1 << 20)).to_int(), 10'000);
}

TEST(Limits, DeepCallsCount) {
    // Each call has registers for its many values.
    std::string text = "class A:\n  def g(self: __torch__.A, n: int) -> int:\n";
    for (int i = 0; i < 2000; ++i) text += fmt::format("    x{} = [n]\n", i);
    text += "    y = self.g(torch.add(n, 1))\n    return torch.len([";
    for (int i = 0; i < 2000; ++i) text += fmt::format("x{}, ", i);
    text += "])\ndef f(n: int) -> int:\n  a = __torch__.A.__new__(__torch__.A)\n  return a.g(n)\n";
    EXPECT_EQ(limit_of(text, {0}, memory(16 << 20)), LimitError::Kind::memory);
}

TEST(Limits, CompilingTakesNoMemory) {
    Program program("def f() -> int:\n  return torch.len(torch.ljust(\"ab\", 1000000000000, \"c\"))\n");
    EXPECT_NE(program.function("f").graph()->str().find("aten::ljust"), std::string::npos);
}

TEST(Limits, TheProgramGoesOnAfterALimit) {
    Program program("def f(n: int) -> Tensor:\n  return torch.zeros([n, 1000])\n");
    EXPECT_THROW(program.run("f", {1000}, memory(1 << 20)), LimitError);
    EXPECT_NO_THROW(program.run("f", {10}, memory(1 << 20)));
    EXPECT_NO_THROW(program.run("f", {1000}));
}

constexpr const char* kForever = "def f(x: int) -> int:\n  n = x\n  while True:\n    n = torch.add(n, 1)\n  return n\n";

TEST(Limits, EndlessLoopsStop) {
    RunOptions steps;
    steps.max_steps = 10'000;
    EXPECT_EQ(limit_of(kForever, {1}, steps), LimitError::Kind::steps);
    RunOptions time;
    time.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(10);
    EXPECT_EQ(limit_of(kForever, {1}, time), LimitError::Kind::time);
    std::atomic<bool> cancel{true};
    RunOptions cancelled;
    cancelled.cancel = &cancel;
    EXPECT_EQ(limit_of(kForever, {1}, cancelled), LimitError::Kind::time);
}

TEST(Limits, AStoppedCallLeavesTheGradientMode) {
    RunOptions steps;
    steps.max_steps = 10'000;
    const std::string text =
        "def f(x: int) -> int:\n  torch.set_grad_enabled(False)\n  n = x\n  while True:\n"
        "    n = torch.add(n, 1)\n  return n\n";
    EXPECT_EQ(limit_of(text, {1}, steps), LimitError::Kind::steps);
    EXPECT_TRUE(GradMode::is_enabled());
}

constexpr const char* kForks = R"(def work(log: List[int],
    n: int) -> int:
  _0 = torch.append(log, n)
  return n
def forever(n: int) -> int:
  k = n
  while True:
    k = torch.add(k, 1)
  return k
def unawaited(log: List[int]) -> List[Future[int]]:
  _0 = annotate(List[Future[int]], [fork(__torch__.work, log, 7)])
  return _0
def failing(log: List[int]) -> int:
  _0 = annotate(List[Future[int]], [])
  _1 = torch.append(_0, fork(__torch__.work, log, 7))
  ops.prim.RaiseException(str(torch.len(_0)), "builtins.ValueError")
  return 1
def many(log: List[int],
    n: int) -> int:
  for i in range(n):
    _0 = torch.wait(fork(__torch__.work, log, i))
  return torch.len(log)
def endless(n: int) -> int:
  _0 = annotate(List[Future[int]], [])
  _1 = torch.append(_0, fork(__torch__.forever, n))
  k = 1
  while True:
    k = torch.add(k, torch.len(_0))
  return k
)";

TEST(Forks, TaskThatNobodyWaitsForEndsWithTheCall) {
    for (int threads : {1, 2}) {
        RunOptions options;
        options.threads = threads;
        Program program(kForks);
        const IValue log = make_list(int_type());
        const IValue futures = program.run("unawaited", {log}, options);
        EXPECT_TRUE(futures.to_list().items[0].to_future().completed());
        EXPECT_EQ(python_repr(log), "[7]");
        EXPECT_THROW(program.run("failing", {log}, options), ScriptError);
        EXPECT_EQ(python_repr(log), "[7, 7]");
    }
}

TEST(Forks, ManyTasksOneAfterTheOther) {
    for (int threads : {1, 2}) {
        RunOptions options;
        options.threads = threads;
        Program program(kForks);
        EXPECT_EQ(program.run("many", {IValue(make_list(int_type())), 1000}, options).to_int(), 1000);
    }
}

constexpr const char* kCircles = R"(def g(l: List[Future[int]]) -> int:
  return torch.wait(l[0])
def itself() -> int:
  l = annotate(List[Future[int]], [])
  x = fork(__torch__.g, l)
  _0 = torch.append(l, x)
  return torch.wait(x)
def late(l: List[Await[int]]) -> int:
  return ops.prim.awaitable_wait(l[0])
def awaits_itself() -> int:
  l = annotate(List[Await[int]], [])
  x = awaitable(__torch__.late, l)
  _0 = torch.append(l, x)
  return ops.prim.awaitable_wait(x)
def each_other() -> int:
  k = annotate(List[Await[int]], [])
  l = annotate(List[Await[int]], [])
  _0 = torch.append(k, awaitable(__torch__.late, l))
  _1 = torch.append(l, awaitable(__torch__.late, k))
  x = fork(__torch__.late, k)
  y = fork(__torch__.late, l)
  return torch.add(torch.wait(x), torch.wait(y))
)";

TEST(Forks, TasksThatWaitInACircleEnd) {
    RunOptions options;
    options.threads = 1;
    for (const char* name : {"itself", "each_other", "awaits_itself"}) {
        Program program(kCircles);
        try {
            program.run(name, {}, options);
            ADD_FAILURE() << name;
        } catch (const ScriptError& error) {
            EXPECT_EQ(error.message(), "a task waits for its own result") << name;
        }
    }
    // On several threads nobody sees the circle, but the deadline ends it.
    options.threads = 4;
    options.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(50);
    Program program(kCircles);
    EXPECT_THROW(program.run("each_other", {}, options), Error);
}

TEST(Forks, LimitsStopTasksToo) {
    for (int threads : {1, 2}) {
        RunOptions options;
        options.threads = threads;
        options.max_steps = 100'000;
        Program program(kForks);
        EXPECT_THROW(program.run("endless", {1}, options), LimitError);
        RunOptions timed;
        timed.threads = threads;
        timed.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(10);
        EXPECT_THROW(program.run("endless", {1}, timed), LimitError);
    }
}

TEST(Forks, LimitsOfOneThreadLeaveTheOthersAlone) {
    Program program(kForks);
    Function& many = program.function("many");
    Function& endless = program.function("endless");
    std::atomic<int> right{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t) {
        threads.emplace_back([&, t] {
            RunOptions options;
            options.threads = 1 + t % 3;
            for (int i = 0; i < 5; ++i) {
                right += jit::run(many, {IValue(make_list(int_type())), 50}, options).to_int() == 50;
                RunOptions limited = options;
                limited.max_steps = 20'000;
                try {
                    jit::run(endless, {1}, limited);
                } catch (const LimitError&) {
                    ++right;
                }
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(right, 8 * 5 * 2);
}

}  // namespace
}  // namespace wick::jit
