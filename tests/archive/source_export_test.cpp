#include "archive/source_export.h"

#include <gtest/gtest.h>
#include <map>

#include <wick/support/error.h>

#include "frontend/source_importer.h"
#include "ir/graph.h"

namespace wick::jit {
namespace {

// Program texts as torch.jit.save writes them. Operators on plain numbers only, so that the texts stay small.
const std::map<std::string, std::string> kProgram = {
    {"__torch__", R"(class M(Module):
  __parameters__ = ["weight", ]
  __buffers__ = ["mean", ]
  weight : Tensor
  mean : Tensor
  training : bool
  mode : __torch__.Mode
  __annotations__["0"] = __torch__.inner.___torch_mangle_1.N
  eps : Final[float] = 1.0000000000000001e-05
  def forward(self: __torch__.M,
    n: int,
    limits: Tuple[int, int]=(1, 2)) -> __torch__.Pair:
    _0 = getattr(self, "0")
    total = (_0).twice(n, )
    i = 0
    total0 = total
    for j in range(n):
      _1 = torch.eq(torch.remainder(j, 2), 0)
      if _1:
        total2 = torch.add(total0, torch.mul(j, (limits)[0]))
        i0, total1 = i, total2
      else:
        i0, total1 = torch.add(i, 1), total0
      i, total0 = i0, total1
    i1 = i
    _2 = torch.lt(i, 100)
    while _2:
      i2 = torch.add(i1, torch.add(torch.mul(i1, i1), 1))
      _2, i1 = torch.lt(i2, 100), i2
    _3 = torch.add(total0, i1)
    _4, _5, = limits
    _6 = torch.add(torch.add(_3, torch.len([_4, _5])), torch.mul(n, n))
    return __torch__.Pair(_6, "text\n")
  def choose(self: __torch__.M,
    x: Optional[int]) -> Tuple[int, Dict[str, int], List[Optional[int]]]:
    _6 = uninitialized(int)
    if torch.__isnot__(x, None):
      y = unchecked_cast(int, x)
    else:
      ops.prim.RaiseException("x is missing", "builtins.ValueError")
      y = _6
    z = annotate(List[Optional[int]], [y, None])
    return (y, {"y": y}, z)
  def ask(self: __torch__.M,
    worker: str,
    n: int) -> int:
    _7 = (n, 2)
    future = unchecked_cast(Future[int], ops.prim.rpc_async(worker, "__torch__.inner.helper", _7))
    return torch.wait(future)
class Mode(Enum):
  FAST = 1
  EXACT = 2
class Pair(NamedTuple):
  n : int
  text : str
)"},
    {"__torch__.inner.___torch_mangle_1", R"(class N(Module):
  __parameters__ = []
  __buffers__ = []
  k : int
  def twice(self: __torch__.inner.___torch_mangle_1.N,
    n: int) -> int:
    _0 = __torch__.inner.helper(n, 2, )
    k = self.k
    return torch.add(_0, k)
)"},
    {"__torch__.inner", R"(def helper(x: int,
    times: int=2) -> int:
  return torch.mul(x, times)
)"},
};

class SourceRoundTrip : public testing::Test {
 protected:
    SourceRoundTrip()
        : importer(
              unit, {},
              [](const std::string& name) -> std::shared_ptr<const Source> {
                  const auto found = kProgram.find(name);
                  return found == kProgram.end() ? nullptr : std::make_shared<Source>(found->second, name);
              },
              10) {}

    const std::shared_ptr<CompilationUnit> unit = std::make_shared<CompilationUnit>();
    SourceImporter importer;
};

TEST_F(SourceRoundTrip, AProgramIsWrittenAsItWasRead) {
    ProgramSource program;
    const TypePtr module = importer.resolve_type("__torch__.M");
    ASSERT_TRUE(module);
    program.add(module);
    ASSERT_EQ(program.files().size(), kProgram.size());
    for (const ProgramSource::File& file : program.files()) {
        EXPECT_EQ(file.exporter.text().str(), kProgram.at(file.qualifier)) << file.qualifier;
    }
    EXPECT_EQ(program.files()[1].record_name(), "code/__torch__/inner/___torch_mangle_1.py");
    EXPECT_TRUE(program.constants().empty());
}

TEST_F(SourceRoundTrip, CodeOfAMethodLeavesOutTheTypeOfSelf) {
    const auto& type = importer.resolve_type("__torch__.inner.___torch_mangle_1.N")->expect<ClassType>();
    EXPECT_EQ(method_source(*type.find_method("twice")).code,
              "def twice(self,\n    n: int) -> int:\n  _0 = __torch__.inner.helper(n, 2, )\n  k = self.k\n  return "
              "torch.add(_0, k)\n");
}

TEST_F(SourceRoundTrip, EveryPieceKnowsItsSource) {
    ProgramSource program;
    program.add(importer.resolve_type("__torch__.inner.___torch_mangle_1.N"));
    const auto& ranges = program.files()[0].exporter.text().ranges();
    ASSERT_GT(ranges.size(), 2u);
    for (size_t i = 1; i < ranges.size(); ++i) EXPECT_GT(ranges[i].offset, ranges[i - 1].offset);
}

std::string written(const char* graph_text) {
    auto graph = parse_graph(graph_text);
    Schema schema;
    schema.name = "f";
    for (const Value* input : graph->inputs()) {
        Argument argument;
        argument.name = input->name_base();
        argument.type = input->type;
        schema.arguments.push_back(argument);
    }
    Argument result;
    result.type = graph->outputs()[0]->type;
    schema.returns = {result};
    auto function = make_intrusive<Function>("__torch__.f", schema, graph);
    return function_source(*function).code;
}

TEST(SourceExport, ForkedFunctionsAreNested) {
    EXPECT_EQ(
        written(
            "graph(%x.1 : int):\n  %2 : int = prim::Constant[value=2]()\n  %f.1 : Future[int] = prim::fork_0(%x.1, "
            "%2)\n"
            "  %5 : int = aten::wait(%f.1)\n  return (%5)\n"
            "with prim::fork_0 = graph(%a : int,\n      %b : int):\n  %3 : int = aten::mul(%a, %b)\n  return (%3)\n"),
        "def f(x: int) -> int:\n  def __forked_function():\n    return torch.mul(x, 2)\n  f = fork(__forked_function)\n"
        "  return torch.wait(f)\n");
}

TEST(SourceExport, TextOutsideAsciiBecomesAConstant) {
    auto graph = std::make_shared<Graph>();
    graph->register_output(graph->insert_constant(IValue("\xc3\xa9")));
    Schema schema;
    schema.name = "f";
    schema.returns.resize(1);
    schema.returns[0].type = string_type();
    const SourceAndConstants source = function_source(*make_intrusive<Function>("f", schema, graph));
    EXPECT_EQ(source.code, "def f() -> str:\n  return CONSTANTS.c0\n");
    ASSERT_EQ(source.constants.size(), 1u);
    EXPECT_EQ(source.constants[0].to_string(), "\xc3\xa9");
}

TEST(SourceExport, LongChainsOfExpressionsNeedNoDeepStack) {
    std::string text = "graph(%x : int):\n  %0 : int = aten::mul(%x, %x)\n";
    constexpr int kLength = 20000;
    for (int i = 1; i <= kLength; ++i) text += fmt::format("  %{} : int = aten::neg(%{})\n", i, i - 1);
    text += fmt::format("  return (%{})\n", kLength);
    const std::string code = written(text.c_str());
    for (size_t at = 0; at < code.size();) {
        const size_t end = code.find('\n', at);
        EXPECT_LT(end - at, 80u);
        at = end + 1;
    }
}

}  // namespace
}  // namespace wick::jit
