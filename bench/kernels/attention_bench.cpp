// Attention of common encoders and decoders.
#include <benchmark/benchmark.h>
#include <cmath>
#include <random>
#include <vector>

#include <wick/support/parallel.h>

#include "kernels/attention.h"

namespace wick::kernels {
namespace {

// Arguments: batch, heads, queries, keys, depth, causal, threads.
void attend(benchmark::State& state) {
    const ThreadBudget budget(static_cast<int>(state.range(6)));
    AttentionShape<float> s;
    s.batch = state.range(0), s.heads = state.range(1), s.queries = state.range(2), s.keys = state.range(3);
    s.depth = s.value_depth = state.range(4);
    s.scale = 1 / std::sqrt(float(s.depth));
    AttentionMask<float> mask;
    mask.causal = state.range(5) != 0;
    std::mt19937 generator(1);
    std::uniform_real_distribution<float> uniform(-1, 1);
    const auto random = [&](int64_t count) {
        std::vector<float> v(static_cast<size_t>(count));
        for (float& f : v) f = uniform(generator);
        return v;
    };
    const int64_t row = s.heads * s.depth;
    const auto q = random(s.batch * s.queries * row), k = random(s.batch * s.keys * row),
               v = random(s.batch * s.keys * row);
    std::vector<float> out(q.size());
    for (auto _ : state) {
        attention<float>(s, {q.data(), s.queries * row, s.depth, row}, {k.data(), s.keys * row, s.depth, row},
                         {v.data(), s.keys * row, s.depth, row}, mask, {out.data(), s.queries * row, s.depth, row});
        benchmark::ClobberMemory();
    }
    state.counters["GFLOP/s"] = benchmark::Counter(4e-9 * double(s.batch * s.heads * s.queries * s.keys * s.depth),
                                                   benchmark::Counter::kIsIterationInvariantRate);
}

void attention_shapes(benchmark::internal::Benchmark* b) {
    b->ArgNames({"b", "h", "q", "k", "d", "causal", "threads"});
    for (int threads : {1, 2})
        for (auto [batch, heads, q, k, d, causal] : {std::tuple{1, 12, 128, 128, 64, 0},
                                                     {1, 12, 197, 197, 64, 0},
                                                     {8, 12, 128, 128, 64, 0},
                                                     {1, 12, 512, 512, 64, 0},
                                                     {1, 12, 512, 512, 64, 1},
                                                     {1, 12, 1, 512, 64, 0},
                                                     {64, 3, 49, 49, 32, 0},
                                                     {1, 8, 2048, 2048, 64, 1}})
            b->Args({batch, heads, q, k, d, causal, threads});
    b->UseRealTime();
}
BENCHMARK(attend)->Apply(attention_shapes);

}  // namespace
}  // namespace wick::kernels
