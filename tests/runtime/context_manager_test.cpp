// with blocks and exceptions. The expectations are what PyTorch 2.13 gives for the same program.

#include "ops/print_value.h"
#include "runtime/program.h"

namespace wick::jit {
namespace {

constexpr const char* kProgram = R"(class Manager:
  log : List[str]
  name : str
  bad : str
  def __init__(self: __torch__.Manager,
    log: List[str],
    name: str,
    bad: str) -> NoneType:
    self.log = log
    self.name = name
    self.bad = bad
    return None
  def __enter__(self: __torch__.Manager) -> __torch__.Manager:
    _0 = torch.append(self.log, torch.add("enter ", self.name))
    if torch.eq(self.bad, "enter"):
      ops.prim.RaiseException("enter failed", "builtins.RuntimeError")
    else:
      pass
    return self
  def __exit__(self: __torch__.Manager,
    type: Any,
    value: Any,
    tb: Any) -> NoneType:
    _0 = torch.append(self.log, torch.add("exit ", self.name))
    if torch.eq(self.bad, "exit"):
      ops.prim.RaiseException("exit failed", "builtins.RuntimeError")
    else:
      pass
    return None
def inner(log: List[str],
    x: int) -> NoneType:
  with __torch__.Manager(log, "c", ""):
    if torch.eq(x, 3):
      ops.prim.RaiseException("deep", "builtins.ValueError")
    else:
      pass
  return None
def f(log: List[str],
    x: int,
    bad: str) -> int:
  with __torch__.Manager(log, "a", bad):
    with __torch__.Manager(log, "b", ""):
      _0 = __torch__.inner(log, x, )
      if torch.eq(x, 1):
        ops.prim.RaiseException("body", "builtins.ValueError")
      else:
        pass
      if torch.eq(x, 2):
        _1 = torch.append(log, str([1][5]))
      else:
        pass
    _2 = torch.append(log, "after")
  with __torch__.Manager(log, "d", bad):
    if torch.eq(x, 5):
      ops.prim.RaiseException("in d", "builtins.ValueError")
    else:
      pass
  return 0
)";

/// What the program logged, and the message it ended with.
std::string trace_of(int64_t x, const std::string& bad) {
    testing::Program program(kProgram);
    const IValue log = make_list(string_type());
    std::string end = "returned";
    try {
        program.run("f", {log, x, bad});
    } catch (const ScriptError& error) {
        end = error.class_name() + ": " + error.message();
    }
    std::string text;
    for (const IValue& line : log.to_list().items) text += line.to_string() + ", ";
    return text + end;
}

TEST(ContextManager, IsLeftWhenTheBlockEnds) {
    EXPECT_EQ(trace_of(0, ""), "enter a, enter b, enter c, exit c, exit b, after, exit a, enter d, exit d, returned");
}

TEST(ContextManager, IsLeftWhenAnExceptionPasses) {
    EXPECT_EQ(trace_of(1, ""), "enter a, enter b, enter c, exit c, exit b, exit a, builtins.ValueError: body");
    EXPECT_EQ(trace_of(2, ""),
              "enter a, enter b, enter c, exit c, exit b, exit a, RuntimeError: list index out of range");
    EXPECT_EQ(trace_of(3, ""), "enter a, enter b, enter c, exit c, exit b, exit a, builtins.ValueError: deep");
    EXPECT_EQ(trace_of(5, ""),
              "enter a, enter b, enter c, exit c, exit b, after, exit a, enter d, exit d, builtins.ValueError: in d");
}

TEST(ContextManager, AnExceptionOfExitGivesWayToTheFirst) {
    EXPECT_EQ(trace_of(0, "exit"),
              "enter a, enter b, enter c, exit c, exit b, after, exit a, builtins.RuntimeError: exit failed");
    EXPECT_EQ(trace_of(1, "exit"), "enter a, enter b, enter c, exit c, exit b, exit a, builtins.ValueError: body");
}

TEST(ContextManager, IsLeftWhenEnteringFails) {
    EXPECT_EQ(trace_of(0, "enter"), "enter a, exit a, builtins.RuntimeError: enter failed");
}

}  // namespace
}  // namespace wick::jit
