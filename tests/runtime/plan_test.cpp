// What plans are made of: the instructions of small functions, and that they do what the text says.

#include "runtime/plan.h"

#include <gtest/gtest.h>

#include "ops/print_value.h"
#include "runtime/program.h"

namespace wick::jit {
namespace {

using testing::Program;

std::string run(const std::string& text, std::vector<IValue> arguments, const RunOptions& options = {}) {
    return python_repr(Program(text).run("f", std::move(arguments), options));
}

std::string code(const std::string& text) {
    Program program(text);
    return plan_of(program.function("f")).disassemble();
}

TEST(Plan, TestsJumpAndVariablesStayInTheirRegisters) {
    const std::string text = R"(
def f(limit: int, x: float) -> int:
  n = 0
  while n < limit and x <= 4.0:
    x = x * 2
    n += 1
  return n
)";
    EXPECT_EQ(code(text), R"(f: 2 inputs, 4 registers
   0 Move r2 k1
   1 Move r3 r1
   2 JumpUnlessIntLt r0 k1 r0 ->9
   3 JumpUnlessFloatLe r0 r1 k3 ->9
   4 FloatMul r3 r3 k6
   5 IntAdd r2 r2 k5
   6 JumpUnlessIntLt r0 r2 r0 ->9
   7 JumpUnlessFloatLe r0 r3 k3 ->9
   8 Repeat r0 ->4
   9 Return r0 r2
)");
    EXPECT_EQ(run(text, {10, 1.0}), "3");
    EXPECT_EQ(run(text, {2, 1.0}), "2");
    EXPECT_EQ(run(text, {2, 9.0}), "0");
}

TEST(Plan, AttributesOfAttributesAreOneInstruction) {
    const std::string text = R"(
class Inner:
  a : int
  b : int
  def __init__(self: __torch__.Inner, a: int) -> NoneType:
    self.a = a
    self.b = 2

class Outer:
  inner : __torch__.Inner
  def __init__(self: __torch__.Outer, inner: __torch__.Inner) -> NoneType:
    self.inner = inner

def read(o: __torch__.Outer) -> int:
  return o.inner.a * o.inner.b

def change(o: __torch__.Outer, other: __torch__.Inner) -> int:
  inner = o.inner
  o.inner = other
  return inner.a * o.inner.b

def f(a: int) -> List[int]:
  o = [__torch__.Outer(__torch__.Inner(a))][0]
  return [__torch__.read(o), __torch__.change(o, __torch__.Inner(5)), __torch__.read(o)]
)";
    Program program(text);
    EXPECT_EQ(plan_of(program.function("read")).disassemble(), R"(read: 1 inputs, 4 registers
   0 GetPath r1 r0 0.0
   1 GetPath r2 r0! 0.1
   2 IntMul r3 r1 r2
   3 Return r0 r3
)");
    // What is set in between is seen.
    EXPECT_EQ(plan_of(program.function("change")).disassemble(), R"(change: 2 inputs, 6 registers
   0 GetAttr r2 r0 0
   1 SetAttr r0 r0 r1! 0
   2 GetAttr r3 r2! 0
   3 GetPath r4 r0! 0.1
   4 IntMul r5 r3 r4
   5 Return r0 r5
)");
    EXPECT_EQ(run(text, {3}), "[6, 6, 10]");
}

TEST(Plan, CountedLoopsHaveNoCondition) {
    const std::string text = R"(
def f(x: List[int]) -> int:
  total = 0
  for i in range(1, len(x)):
    if x[i] > x[i - 1] or x[i] == 0:
      total += i
    else:
      x[i] = total
  return total
)";
    EXPECT_EQ(code(text), R"(f: 1 inputs, 10 registers
   0 ListLength r1 r0
   1 RangeLength r2 k2 r1 k2
   2 Move r4 k1
   3 CountEnter r3 r2 ->16
   4 IntAdd r5 k2 r3
   5 ListGet r6 r0 r5
   6 IntSub r7 r5 k2
   7 ListGet r8 r0 r7
   8 JumpUnlessIntGt r0 r6 r8 ->10
   9 Jump r0 ->12
  10 ListGet r9 r0 r5
  11 JumpUnlessIntEq r0 r9 k1 ->14
  12 IntAdd r4 r4 r5
  13 Jump r0 ->15
  14 ListSet r0 r0 r5 r4
  15 CountNext r3 r2 ->4
  16 Drop r0 (r0)
  17 Return r0 r4
)");
    EXPECT_EQ(run(text, {std::vector<int64_t>{3, 1, 2, 0}}), "5");
}

TEST(Plan, SmallFunctionsAreInlined) {
    const std::string text = R"(
def square(x: int) -> int:
  return x * x
def both(x: int) -> Tuple[int, int]:
  return (__torch__.square(x), __torch__.square(x + 1))
def f(x: int) -> int:
  a, b = __torch__.both(x)
  return a - b
)";
    EXPECT_EQ(code(text), R"(f: 1 inputs, 5 registers
   0 CountCall r0
   1 CountCall r0
   2 IntMul r1 r0 r0
   3 IntAdd r2 r0 k0
   4 CountCall r0
   5 IntMul r3 r2 r2
   6 IntSub r4 r1 r3
   7 Return r0 r4
)");
    EXPECT_EQ(run(text, {3}), "-7");
}

TEST(Plan, InlinedCallsAreSteps) {
    const std::string text = R"(
def square(x: int) -> int:
  return x * x
def f(n: int) -> int:
  total = 0
  for i in range(n):
    total += __torch__.square(i)
  return total
)";
    RunOptions options;
    options.max_steps = 250;
    EXPECT_EQ(run(text, {100}, options), "328350");
    // A hundred turns and a hundred calls.
    options.max_steps = 150;
    EXPECT_THROW(run(text, {100}, options), LimitError);
}

TEST(Plan, DictsAndListsAreAccessedByInstructions) {
    const std::string text = R"(
def f(names: List[str]) -> Tuple[Dict[str, int], List[str]]:
  counts = annotate(Dict[str, int], {})
  order = annotate(List[str], [])
  for i in range(len(names)):
    name = names[i]
    if torch.__contains__(counts, name):
      counts[name] = counts[name] + 1
    else:
      counts[name] = torch.get(counts, "first", 1)
      torch.append(order, name)
  return (counts, order)
)";
    const std::string plan = code(text);
    for (const char* name : {"DictContains", "DictGet ", "DictGetOr", "DictSet", "ListAppend"})
        EXPECT_NE(plan.find(name), plan.npos) << name << " in\n" << plan;
    EXPECT_EQ(plan.find("Operator"), plan.npos) << plan;
    EXPECT_EQ(run(text, {std::vector<std::string>{"a", "first", "a", "b", "a"}}),
              "({'a': 3, 'first': 1, 'b': 1}, ['a', 'first', 'b'])");
}

TEST(Plan, PowersOfTwoDivideByShifts) {
    const std::string text = R"(
def f(x: int) -> Tuple[int, int, int]:
  return (x // 8, x % 8, x // 6)
)";
    const std::string plan = code(text);
    EXPECT_NE(plan.find("IntShiftRight"), plan.npos) << plan;
    EXPECT_NE(plan.find("IntAnd"), plan.npos) << plan;
    EXPECT_NE(plan.find("IntFloorDiv"), plan.npos) << plan;
    EXPECT_EQ(run(text, {-13}), "(-2, 3, -3)");
    EXPECT_EQ(run(text, {13}), "(1, 5, 2)");
}

TEST(Plan, ARecursiveFunctionIsInlinedOnce) {
    const std::string text = R"(
def f(n: int) -> int:
  if n < 2:
    return n
  return __torch__.f(n - 1) + __torch__.f(n - 2)
)";
    EXPECT_EQ(run(text, {15}), "610");
    RunOptions options;
    options.max_depth = 100;
    EXPECT_THROW(Program(text).run("f", {1000}, options), LimitError);
}

TEST(Plan, InlinedCallsAreInTheTraceback) {
    const std::string text = R"(
def third(x: List[int]) -> int:
  return x[2]
def twice(x: List[int]) -> int:
  return __torch__.third(x) * 2
def f(x: List[int]) -> int:
  return __torch__.twice(x)
)";
    try {
        run(text, {std::vector<int64_t>{1}});
        FAIL();
    } catch (const ScriptError& error) {
        const std::string what = error.what();
        const size_t f = what.find("line 7, in f"), twice = what.find("line 5, in twice"),
                     third = what.find("line 3, in third");
        EXPECT_TRUE(f < twice && twice < third && third != std::string::npos) << what;
    }
}

TEST(Plan, VariablesThatAreStillNeededAreNotOverwritten) {
    // The old value is used after the new one was computed: in the loop, in one branch, by the next test.
    EXPECT_EQ(run(R"(
def f(a: int, b: int) -> int:
  while b != 0:
    a, b = b, a % b
  return a
)",
                  {48, 36}),
              "12");
    EXPECT_EQ(run(R"(
def f(n: int) -> List[int]:
  x = 1
  out: List[int] = []
  for i in range(n):
    y = x
    if i % 2 == 0:
      x = y + i
      out.append(y)
    else:
      x = x * 2
      out.append(x - y)
    out.append(x)
  return out
)",
                  {4}),
              "[1, 1, 1, 2, 2, 4, 4, 8]");
    EXPECT_EQ(run(R"(
def f(n: int) -> int:
  last = 0
  now = 1
  while last < n:
    last = now
    now = now + last
    for k in range(2):
      now = now + k
  return last * 1000 + now
)",
                  {20}),
              "31063");
    EXPECT_EQ(run(R"(
def f(n: int) -> int:
  total = 0
  for i in range(n):
    for j in range(total, total + 2):
      total = total + j
  return total
)",
                  {3}),
              "13");
    EXPECT_EQ(run(R"(
def f(n: int) -> int:
  going = True
  steps = 0
  while going:
    steps += 1
    going = steps < n
  return steps
)",
                  {5}),
              "5");
}

TEST(Plan, ConditionsOfSeveralTests) {
    const std::string text = R"(
def f(a: int, b: float, s: str) -> int:
  if (a > 0 and b > 0) or (s == "x" and not (a == b)):
    return 1
  elif a < 0 or b < 0 or s < "m":
    return 2
  return 3
)";
    EXPECT_EQ(run(text, {1, 1.0, "z"}), "1");
    EXPECT_EQ(run(text, {0, 1.0, "x"}), "1");
    EXPECT_EQ(run(text, {0, 0.0, "x"}), "3");
    EXPECT_EQ(run(text, {1, -1.0, "z"}), "2");
    EXPECT_EQ(run(text, {0, 0.0, "a"}), "2");
    EXPECT_EQ(run(text, {0, 0.0, "z"}), "3");
}

TEST(Plan, AStringGrowsInPlaceOnlyWhileNobodyElseHoldsIt) {
    EXPECT_EQ(run(R"(
def f(n: int) -> List[str]:
  out: List[str] = []
  s = "a"
  for i in range(n):
    t = s
    s = s + "b"
    out.append(t)
    s = s + s
    out.append(s)
  return out
)",
                  {2}),
              "['a', 'abab', 'abab', 'ababbababb']");
}

}  // namespace
}  // namespace wick::jit
