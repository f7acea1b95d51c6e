// Trains a small convolutional network to tell three patterns apart in noisy pictures, saves it and loads it into
// another one: train STATE.pt

#include <cstdio>

#include <wick/nn.h>
#include <wick/optim/optim.h>

namespace nn = wick::nn;
using wick::Tensor;

namespace {

constexpr int64_t kSize = 16;
constexpr int64_t kClasses = 3;
constexpr int64_t kBatch = 32;
constexpr int kEpochs = 4;
constexpr int kBatches = 20;

struct Net : nn::Module {
    nn::Conv2d conv1 = register_module("conv1", nn::Conv2d(1, 8, 3, {.padding = 1}));
    nn::BatchNorm2d norm = register_module("norm", nn::BatchNorm2d(8));
    nn::Conv2d conv2 = register_module("conv2", nn::Conv2d(8, 16, 3, {.padding = 1}));
    nn::MaxPool2d pool = register_module("pool", nn::MaxPool2d(2));
    nn::Linear out = register_module("out", nn::Linear(16 * 4 * 4, kClasses));

    Tensor forward(const Tensor& images) const {
        const Tensor x = pool(relu(norm(conv1(images))));
        return out(flatten(pool(relu(conv2(x))), 1));
    }
};

struct Batch {
    Tensor images;
    Tensor labels;
};

/// Stripes along one side, along the other, or slanted, under noise.
Batch draw_batch() {
    const Tensor labels = wick::randint(kClasses, {kBatch});
    const Tensor row = view(wick::arange(kSize), {1, kSize, 1});
    const Tensor column = view(wick::arange(kSize), {1, 1, kSize});
    const Tensor kind = view(labels, {kBatch, 1, 1});
    const Tensor along = where(kind == 0, row, where(kind == 1, column, row + column));
    const Tensor pattern = to(along % 4 < 2, wick::kFloat32);
    return {unsqueeze(pattern + 0.5 * wick::randn({kBatch, kSize, kSize}), 1), labels};
}

double accuracy(Net& net) {
    const wick::InferenceMode guard;
    net.eval();
    const Batch batch = draw_batch();
    const Tensor hits = argmax(net.forward(batch.images), 1) == batch.labels;
    net.train();
    return mean(to(hits, wick::kFloat32)).item().to_double();
}

int run(const char* path) {
    wick::manual_seed(0);
    Net net;
    std::printf("%zu parameters\n", net.parameters().size());
    std::printf("before: accuracy %.2f\n", accuracy(net));

    const nn::CrossEntropyLoss loss_of;
    wick::optim::Adam optimizer(net.parameters(), wick::optim::AdamOptions(0.003));
    for (int epoch = 1; epoch <= kEpochs; ++epoch) {
        double sum = 0;
        for (int i = 1; i <= kBatches; ++i) {
            const Batch batch = draw_batch();
            const Tensor loss = loss_of(net.forward(batch.images), batch.labels);
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            sum += loss.item().to_double();
            std::fprintf(stderr, "\repoch %d [%-*.*s] loss %.4f", epoch, kBatches, i, "####################", sum / i);
        }
        std::fprintf(stderr, "\n");
    }
    const double reached = accuracy(net);
    std::printf("after: accuracy %.2f\n", reached);

    net.save(path);
    Net copy;
    copy.load(path);
    std::printf("the copy: accuracy %.2f\n", accuracy(copy));
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
