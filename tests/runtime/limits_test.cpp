// Limits stop any program; the end of a call is the end of its tasks.

#include <atomic>
#include <chrono>

#include <wick/tensor/grad_mode.h>

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
  ops.prim.RaiseException("failed", "builtins.ValueError")
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
    k = torch.add(k, 1)
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

}  // namespace
}  // namespace wick::jit
