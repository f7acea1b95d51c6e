// Variables across branches, loops, comprehensions and early exits. What the programs give is what PyTorch 2.13 gives.

#include "ops/print_value.h"
#include "runtime/program.h"

namespace wick::jit {
namespace {

using testing::Program;

std::string run_text(const std::string& text, std::vector<IValue> arguments) {
    Program program(text);
    return python_repr(program.run("f", std::move(arguments)));
}

TEST(ControlFlow, AComprehensionKeepsItsVariables) {
    const char* text = R"(def f(n: int) -> Tuple[int, List[int]]:
  x = 7
  y = [0]
  for z in range(2):
    y = [torch.add(x, 1) for x in range(n)]
  return (x, y)
)";
    EXPECT_EQ(run_text(text, {3}), "(7, [1, 2, 3])");
}

TEST(ControlFlow, TypesMayDifferWhereNobodyLooks) {
    const char* text = R"(def f(c: bool) -> int:
  if c:
    x = 1
  else:
    x = "one"
  return 5
)";
    EXPECT_EQ(run_text(text, {true}), "5");
}

TEST(ControlFlow, AUnionLeavesBranchesAndLoops) {
    const char* text = R"(def f(c: bool, n: int) -> str:
  x: Union[int, str] = 1
  for i in range(n):
    if c:
      x = "s"
    else:
      x = i
  if isinstance(x, int):
    return torch.format("int {}", x)
  return "str"
)";
    EXPECT_EQ(run_text(text, {true, 3}), "'str'");
    EXPECT_EQ(run_text(text, {false, 3}), "'int 2'");
    EXPECT_EQ(run_text(text, {true, 0}), "'int 1'");
}

TEST(ControlFlow, NoneEndsAFunctionWithoutAnnotation) {
    const char* text = R"(def f(c: bool):
  if c:
    return 1
)";
    EXPECT_EQ(run_text(text, {true}), "1");
    EXPECT_EQ(run_text(text, {false}), "None");
}

TEST(ControlFlow, ABreakIsNoEndOfItsBranch) {
    const char* text = R"(def f(n: int) -> int:
  x = 0
  for i in range(n):
    if torch.gt(i, 3):
      break
      x = 100
    else:
      x = torch.add(x, i)
  return x
)";
    EXPECT_EQ(run_text(text, {10}), "6");
}

TEST(ControlFlow, ARaisingBranchLeavesTheOthersVariables) {
    const char* text = R"(def f(c: bool) -> int:
  if c:
    x = "one"
    raise ValueError("no")
    x = 2.5
  else:
    x = 1
  return x
)";
    EXPECT_EQ(run_text(text, {false}), "1");
    EXPECT_THROW(run_text(text, {true}), ScriptError);
}

TEST(ControlFlow, ExitsPassThroughContexts) {
    const char* text = R"(class A:
  log : List[int]
  def __init__(self: __torch__.A, log: List[int]) -> NoneType:
    self.log = log
    return None
  def __enter__(self: __torch__.A) -> int:
    _0 = torch.append(self.log, 1)
    return 3
  def __exit__(self: __torch__.A, a: Any, b: Any, c: Any) -> NoneType:
    _0 = torch.append(self.log, 2)
    return None
def f(n: int) -> Tuple[int, List[int]]:
  log = annotate(List[int], [])
  for i in range(n):
    with __torch__.A(log) as k:
      if torch.eq(i, 1):
        continue
      if torch.eq(i, 2):
        break
      if torch.eq(n, 1):
        return (k, log)
      _0 = torch.append(log, 0)
  return (n, log)
)";
    EXPECT_EQ(run_text(text, {5}), "(5, [1, 0, 2, 1, 2, 1, 2])");
    EXPECT_EQ(run_text(text, {1}), "(3, [1, 2])");
}

}  // namespace
}  // namespace wick::jit
