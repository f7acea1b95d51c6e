// torch.jit._awaitable: work that begins when it is waited for.

#include "ops/print_value.h"
#include "runtime/program.h"

namespace wick::jit {
namespace {

using testing::Program;

constexpr const char* kAwaits = R"(def work(log: List[int],
    n: int) -> int:
  _0 = torch.append(log, n)
  return torch.mul(n, n)
def late(log: List[int]) -> int:
  x = awaitable(__torch__.work, log, 7)
  _0 = torch.append(log, 1)
  first = ops.prim.awaitable_wait(x)
  return torch.add(first, ops.prim.awaitable_wait(x))
def known(n: int) -> int:
  x = ops.prim.awaitable_nowait(n)
  return ops.prim.awaitable_wait(x)
def forgotten(log: List[int]) -> int:
  x = awaitable(__torch__.work, log, 7)
  y = annotate(List[Await[int]], [x])
  torch.clear(y)
  return torch.len(log)
def returned(log: List[int]) -> Await[int]:
  return awaitable(__torch__.work, log, 7)
def shared(log: List[int]) -> int:
  x = awaitable(__torch__.work, log, 7)
  a = fork(__torch__.wait_for, x)
  b = fork(__torch__.wait_for, x)
  return torch.add(torch.wait(a), torch.wait(b))
def wait_for(x: Await[int]) -> int:
  return ops.prim.awaitable_wait(x)
)";

IValue run_one(const char* name, const IValue& log) {
    Program program(kAwaits);
    return program.run(name, {log});
}

TEST(Await, RunsOnceWhenItIsWaitedFor) {
    const IValue log = make_list(int_type());
    EXPECT_EQ(run_one("late", log).to_int(), 98);
    EXPECT_EQ(python_repr(log), "[1, 7]");
}

TEST(Await, KnownResult) { EXPECT_EQ(run_one("known", 5).to_int(), 5); }

TEST(Await, NobodyWaitsNothingRuns) {
    const IValue log = make_list(int_type());
    EXPECT_EQ(run_one("forgotten", log).to_int(), 0);
    EXPECT_EQ(python_repr(log), "[]");
}

TEST(Await, TheCallerGetsItCompleted) {
    const IValue log = make_list(int_type());
    const IValue result = run_one("returned", log);
    EXPECT_EQ(result.type()->annotation_str(), "Await[int]");
    EXPECT_TRUE(result.to_await().completed());
    EXPECT_EQ(result.to_await().wait().to_int(), 49);
}

TEST(Await, TwoTasksWaitForOneRun) {
    const IValue log = make_list(int_type());
    EXPECT_EQ(run_one("shared", log).to_int(), 98);
    EXPECT_EQ(python_repr(log), "[7]");
}

}  // namespace
}  // namespace wick::jit
