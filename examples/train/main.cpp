// Trains a small convolutional network to tell three patterns apart in noisy pictures, saves it and loads it into
// another one: train STATE.pt

#include <cstdio>
#include <iostream>

#include <wick/nn.h>
#include <wick/optim/optim.h>

namespace nn = wick::nn;
namespace F = wick::nn::functional;
using wick::Tensor;

namespace {

constexpr int64_t kSize = 16;
constexpr int64_t kClasses = 3;
constexpr int64_t kBatch = 32;
constexpr int kEpochs = 4;
constexpr int kBatches = 20;

struct Net : nn::Module {
    nn::Conv2d conv1 = register_module("conv1", nn::Conv2d(nn::Conv2dOptions(1, 8, 3).padding(1)));
    nn::BatchNorm2d norm = register_module("norm", nn::BatchNorm2d(8));
    nn::Conv2d conv2 = register_module("conv2", nn::Conv2d(nn::Conv2dOptions(8, 16, 3).padding(1)));
    nn::Dropout dropout = register_module("dropout", nn::Dropout(0.1));
    nn::Linear out = register_module("out", nn::Linear(16 * 4 * 4, kClasses));

    Tensor forward(Tensor x) const {
        x = F::max_pool2d(norm(conv1(x)).relu(), 2);
        x = F::max_pool2d(conv2(x).relu(), 2);
        return out(dropout(x.flatten(1)));
    }
};

struct Batch {
    Tensor images;
    Tensor labels;
};

/// Stripes along one side, along the other, or slanted, under noise.
Batch draw_batch() {
    const Tensor labels = wick::randint(kClasses, {kBatch});
    const Tensor row = wick::arange(kSize).view({1, kSize, 1});
    const Tensor column = wick::arange(kSize).view({1, 1, kSize});
    const Tensor kind = labels.view({kBatch, 1, 1});
    const Tensor along = wick::where(kind == 0, row, wick::where(kind == 1, column, row + column));
    const Tensor pattern = (along % 4 < 2).to(wick::kFloat32);
    return {(pattern + 0.5 * wick::randn({kBatch, kSize, kSize})).unsqueeze(1), labels};
}

double accuracy(Net& net) {
    const wick::InferenceMode guard;
    net.eval();
    const Batch batch = draw_batch();
    const Tensor hits = net.forward(batch.images).argmax(1) == batch.labels;
    net.train();
    return hits.to(wick::kFloat32).mean().item<double>();
}

int run(const char* path) {
    wick::manual_seed(0);
    Net net;
    std::printf("%zu parameters\n", net.parameters().size());
    std::printf("before: accuracy %.2f\n", accuracy(net));

    wick::optim::Adam optimizer(net.parameters(), wick::optim::AdamOptions(0.003));
    wick::optim::StepLR scheduler(optimizer, /*step_size=*/2, /*gamma=*/0.5);
    for (int epoch = 1; epoch <= kEpochs; ++epoch) {
        double sum = 0;
        for (int i = 1; i <= kBatches; ++i) {
            const Batch batch = draw_batch();
            const Tensor loss = F::cross_entropy(net.forward(batch.images), batch.labels);
            optimizer.zero_grad();
            loss.backward();
            nn::utils::clip_grad_norm_(net.parameters(), 5.0);
            optimizer.step();
            sum += loss.item<double>();
            std::fprintf(stderr, "\repoch %d [%-*.*s] loss %.4f", epoch, kBatches, i, "####################", sum / i);
        }
        std::fprintf(stderr, "\n");
        scheduler.step();
    }
    const double reached = accuracy(net);
    std::printf("after: accuracy %.2f\n", reached);

    wick::save(net, path);
    Net copy;
    wick::load(copy, path);
    std::printf("the copy: accuracy %.2f\n", accuracy(copy));
    std::cout << "its first kernel:\n" << copy.conv1->weight[0][0].detach() << std::endl;
    return reached > 0.95 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: train STATE.pt\n");
        return 2;
    }
    try {
        return run(argv[1]);
    } catch (const wick::Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
