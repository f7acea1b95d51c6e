// Products: GFLOP/s of large shapes, bytes/s of batch-1 shapes.
#include <benchmark/benchmark.h>
#include <random>
#include <vector>

#include <wick/support/parallel.h>

#include "kernels/gemm.h"

namespace wick::kernels {
namespace {

std::vector<float> random_floats(int64_t count) {
    static std::mt19937 generator(1);
    std::uniform_real_distribution<float> uniform(-1, 1);
    std::vector<float> values(static_cast<size_t>(count));
    for (float& v : values) v = uniform(generator);
    return values;
}

// x[m, k] times a Linear weight w[n, k], packed beforehand or not. Arguments: m, n, k, packed, threads.
void linear(benchmark::State& state) {
    const int64_t m = state.range(0), n = state.range(1), k = state.range(2);
    const ThreadBudget budget(static_cast<int>(state.range(4)));
    const auto x = random_floats(m * k), w = random_floats(n * k), bias = random_floats(n);
    std::vector<float> y(static_cast<size_t>(m * n));
    const auto wt = MatrixView<float>{w.data(), k, 1}.transposed();
    Epilogue<float> epilogue = Epilogue<float>::relu();
    epilogue.bias_col = bias.data();
    const auto packed = state.range(3) ? pack_b(wt, k, n) : PackedMatrix<float>();
    for (auto _ : state) {
        if (state.range(3))
            gemm<float>(m, 1, {x.data(), k, 1}, packed, 0, y.data(), n, epilogue);
        else
            gemm<float>(m, n, k, 1, {x.data(), k, 1}, wt, 0, y.data(), n, epilogue);
        benchmark::ClobberMemory();
    }
    state.counters["GFLOP/s"] =
        benchmark::Counter(2e-9 * double(m * n * k), benchmark::Counter::kIsIterationInvariantRate);
    state.counters["GB/s"] = benchmark::Counter(4e-9 * double(n * k), benchmark::Counter::kIsIterationInvariantRate);
}

void linear_shapes(benchmark::internal::Benchmark* b) {
    b->ArgNames({"m", "n", "k", "packed", "threads"});
    for (int threads : {1, 2}) {
        for (int packed : {0, 1}) {
            for (auto [m, n, k] : {std::tuple{1, 256, 512},
                                   {1, 768, 768},
                                   {1, 3072, 768},
                                   {1, 1000, 2048},
                                   {4, 256, 512},
                                   {4, 768, 768},
                                   {8, 768, 768},
                                   {16, 768, 768},
                                   {24, 768, 768},
                                   {32, 768, 768},
                                   {64, 768, 768},
                                   {197, 768, 768},
                                   {128, 768, 768},
                                   {128, 3072, 768},
                                   {128, 768, 3072},
                                   {512, 512, 512},
                                   {1024, 1024, 1024},
                                   {2000, 2000, 2000}})
                b->Args({m, n, k, packed, threads});
        }
    }
    b->UseRealTime();
}
BENCHMARK(linear)->Apply(linear_shapes);

// Row-major times row-major, as torch.matmul. Arguments: n (square), threads.
void matmul(benchmark::State& state) {
    const int64_t n = state.range(0);
    const ThreadBudget budget(static_cast<int>(state.range(1)));
    const auto a = random_floats(n * n), b = random_floats(n * n);
    std::vector<float> c(static_cast<size_t>(n * n));
    for (auto _ : state) {
        gemm<float>(n, n, n, 1, {a.data(), n, 1}, {b.data(), n, 1}, 0, c.data(), n);
        benchmark::ClobberMemory();
    }
    state.counters["GFLOP/s"] =
        benchmark::Counter(2e-9 * double(n * n * n), benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(matmul)
    ->ArgNames({"n", "threads"})
    ->ArgsProduct({{4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048}, {1, 2}})
    ->UseRealTime();

// The 512 -> 256 -> 128 -> 2 network at batch 1: 656 KB of weights a call.
void mlp(benchmark::State& state) {
    const ThreadBudget budget(1);
    const int64_t sizes[] = {512, 256, 128, 2};
    std::vector<std::vector<float>> w, bias, x{random_floats(512)};
    for (int i = 0; i < 3; ++i) {
        w.push_back(random_floats(sizes[i] * sizes[i + 1]));
        bias.push_back(random_floats(sizes[i + 1]));
        x.emplace_back(sizes[i + 1]);
    }
    for (auto _ : state) {
        for (int i = 0; i < 3; ++i) {
            Epilogue<float> e;
            e.bias_col = bias[i].data();
            if (i < 2) e.with_relu();
            gemm<float>(1, sizes[i + 1], sizes[i], 1, {x[i].data(), sizes[i], 1},
                        MatrixView<float>{w[i].data(), sizes[i], 1}.transposed(), 0, x[i + 1].data(), sizes[i + 1], e);
        }
        benchmark::ClobberMemory();
    }
}
BENCHMARK(mlp);

// What the machine gives: the same bytes summed by a loop that does nothing else.
void read_limit(benchmark::State& state) {
    const auto w = random_floats(512 * 256 + 256 * 128 + 128 * 2);
    for (auto _ : state) {
        float sum[64] = {};
        size_t i = 0;
        for (; i + 64 <= w.size(); i += 64)
            for (size_t j = 0; j < 64; ++j) sum[j] += w[i + j];
        benchmark::DoNotOptimize(sum);
    }
    state.counters["GB/s"] = benchmark::Counter(4e-9 * double(w.size()), benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(read_limit);

}  // namespace
}  // namespace wick::kernels
