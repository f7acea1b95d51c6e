// What a call from C++ costs besides its computation: operators on tensors of one element, a small layer.

#include <benchmark/benchmark.h>

#include <wick/nn.h>

namespace {

using wick::Tensor;

/// 0: nothing to record; 1: in gradient mode, nobody wants a gradient; 2: recorded.
void BM_add(benchmark::State& state) {
    const wick::GradModeGuard mode(state.range(0) > 0);
    const Tensor a = wick::ones({1}, wick::requires_grad(state.range(0) == 2));
    const Tensor b = wick::ones({1});
    for (auto _ : state) benchmark::DoNotOptimize(a + b);
}
BENCHMARK(BM_add)->DenseRange(0, 2);

void BM_add_scalar(benchmark::State& state) {
    const Tensor a = wick::ones({1});
    for (auto _ : state) benchmark::DoNotOptimize(a + 1);
}
BENCHMARK(BM_add_scalar);

void BM_view(benchmark::State& state) {
    const wick::NoGradGuard guard;
    const Tensor a = wick::ones({2, 3});
    for (auto _ : state) benchmark::DoNotOptimize(view(a, {3, 2}));
}
BENCHMARK(BM_view);

void BM_linear_layer(benchmark::State& state) {
    const wick::NoGradGuard guard;
    const wick::nn::Linear layer(4, 4);
    const Tensor x = wick::ones({1, 4});
    for (auto _ : state) benchmark::DoNotOptimize(layer(x));
}
BENCHMARK(BM_linear_layer);

}  // namespace
