// What the interpreter costs without tensors: a scalar loop, and an empty call.
// The same loop in Python, to compare with:
//   python3 -m timeit -s 'def f(n):
//    s = 0
//    for i in range(n):
//     q = i * i
//     if q > 7: s = s + q
//    return s' 'f(100000)'

#include <benchmark/benchmark.h>

#include "ir/graph.h"
#include "runtime/interpreter.h"

namespace wick::jit {
namespace {

constexpr const char* kLoop = R"(graph(%n : int):
  %true : bool = prim::Constant[value=1]()
  %zero : int = prim::Constant[value=0]()
  %seven : int = prim::Constant[value=7]()
  %total : int = prim::Loop(%n, %true, %zero)
    block0(%i : int, %sum : int):
      %q : int = aten::mul(%i, %i)
      %b : bool = aten::gt(%q, %seven)
      %s : int = prim::If(%b)
        block0():
          %x : int = aten::add(%sum, %q)
          -> (%x)
        block1():
          -> (%sum)
      -> (%true, %s)
  return (%total)
)";

IntrusivePtr<Function> function_of(const char* text) {
    return make_intrusive<Function>("__torch__.bench", Schema(), parse_graph(text));
}

void scalar_loop(benchmark::State& state) {
    const auto loop = function_of(kLoop);
    for (auto _ : state) benchmark::DoNotOptimize(run(*loop, {state.range(0)}));
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(scalar_loop)->Arg(100'000);

void empty_call(benchmark::State& state) {
    const auto empty = function_of("graph(%n : int):\n  return (%n)\n");
    for (auto _ : state) benchmark::DoNotOptimize(run(*empty, {int64_t{1}}));
}
BENCHMARK(empty_call);

}  // namespace
}  // namespace wick::jit
