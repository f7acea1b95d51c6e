// Convolutions of common networks, GFLOP/s.
#include <benchmark/benchmark.h>
#include <random>
#include <vector>

#include <wick/support/parallel.h>

#include "kernels/conv.h"

namespace wick::kernels {
namespace {

// Arguments: input channels, output channels, groups, size, kernel, stride, batch, threads.
void conv2d(benchmark::State& state) {
    const ThreadBudget budget(static_cast<int>(state.range(7)));
    const int64_t size = state.range(3), kernel = state.range(4), stride = state.range(5), pad = kernel / 2;
    ConvShape s;
    s.batch = state.range(6);
    s.in_channels = state.range(0), s.out_channels = state.range(1), s.groups = state.range(2);
    s.input = {1, size, size}, s.kernel = {1, kernel, kernel}, s.stride = {1, stride, stride},
    s.padding = {0, pad, pad};
    std::mt19937 generator(1);
    std::uniform_real_distribution<float> uniform(-1, 1);
    const auto random = [&](int64_t count) {
        std::vector<float> v(static_cast<size_t>(count));
        for (float& f : v) f = uniform(generator);
        return v;
    };
    const int64_t k = s.in_channels / s.groups * s.taps();
    const auto x = random(s.batch * s.in_channels * s.input_size()), w = random(s.out_channels * k),
               bias = random(s.out_channels);
    std::vector<float> y(static_cast<size_t>(s.batch * s.out_channels * s.output_size()));
    Epilogue<float> e = Epilogue<float>::relu();
    e.bias_row = bias.data();
    for (auto _ : state) {
        conv(s, x.data(), w.data(), y.data(), e);
        benchmark::ClobberMemory();
    }
    state.counters["GFLOP/s"] = benchmark::Counter(2e-9 * double(s.batch * s.out_channels * s.output_size() * k),
                                                   benchmark::Counter::kIsIterationInvariantRate);
}

void conv_shapes(benchmark::internal::Benchmark* b) {
    b->ArgNames({"ic", "oc", "g", "size", "k", "s", "n", "threads"});
    for (int threads : {1, 2}) {
        // resnet50
        for (auto [ic, oc, size, k, s] :
             {std::tuple{3, 64, 224, 7, 2}, {64, 64, 56, 1, 1},    {64, 64, 56, 3, 1},    {64, 256, 56, 1, 1},
              {256, 64, 56, 1, 1},          {256, 128, 56, 1, 1},  {128, 128, 56, 3, 2},  {128, 512, 28, 1, 1},
              {256, 512, 56, 1, 2},         {512, 128, 28, 1, 1},  {128, 128, 28, 3, 1},  {512, 256, 28, 1, 1},
              {256, 256, 28, 3, 2},         {256, 1024, 14, 1, 1}, {512, 1024, 28, 1, 2}, {1024, 256, 14, 1, 1},
              {256, 256, 14, 3, 1},         {1024, 512, 14, 1, 1}, {512, 512, 14, 3, 2},  {512, 2048, 7, 1, 1},
              {1024, 2048, 14, 1, 2},       {2048, 512, 7, 1, 1},  {512, 512, 7, 3, 1}})
            b->Args({ic, oc, 1, size, k, s, 1, threads});
        // mobilenet_v3, convnext: depthwise, narrow, squeeze-excite
        for (auto [c, size, k, s] : {std::tuple{16, 112, 3, 1},
                                     {64, 112, 3, 2},
                                     {72, 56, 3, 1},
                                     {120, 28, 5, 1},
                                     {240, 28, 3, 2},
                                     {672, 14, 5, 1},
                                     {960, 7, 5, 1},
                                     {96, 56, 7, 1},
                                     {768, 7, 7, 1}})
            b->Args({c, c, c, size, k, s, 1, threads});
        b->Args({16, 64, 1, 112, 1, 1, 1, threads});
        b->Args({960, 240, 1, 1, 1, 1, 1, threads});
        b->Args({160, 960, 1, 7, 1, 1, 1, threads});
        b->Args({128, 128, 32, 56, 3, 1, 1, threads});
    }
    b->UseRealTime();
}
BENCHMARK(conv2d)->Apply(conv_shapes);

}  // namespace
}  // namespace wick::kernels
