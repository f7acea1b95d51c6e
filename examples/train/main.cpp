// Trains a small convolutional network on images that it draws itself, and saves it: train [NET.pt]
//
// The network is a program as text, which wick compiles; the loop around it, gradients and optimizer are C++.

#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include <wick/wick.h>

namespace {

constexpr int64_t kSize = 12;
constexpr int64_t kBatch = 32;
constexpr int kSteps = 80;

constexpr const char* kNet = R"(
import torch
from torch import nn
import torch.nn.functional as F

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
        self.classify = nn.Linear(8 * 6 * 6, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.classify(self.features(x).flatten(1))

    @torch.jit.export
    def loss(self, x: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        return F.cross_entropy(self.forward(x), label)

    @torch.jit.export
    def hits(self, x: torch.Tensor, label: torch.Tensor) -> int:
        return int((self.forward(x).argmax(1) == label).sum())

torch.manual_seed(0)
net = Net()
)";

/// Images with a row, a column or a diagonal under noise, and which of them it is.
struct Batch {
    wick::Tensor images = wick::empty({kBatch, 1, kSize, kSize}, wick::DType::float32);
    wick::Tensor labels = wick::empty({kBatch}, wick::DType::int64);

    explicit Batch(std::mt19937& random) {
        std::normal_distribution<float> noise(0, 0.5f);
        float* pixel = images.mutable_data<float>();
        int64_t* label = labels.mutable_data<int64_t>();
        for (int64_t i = 0; i < kBatch; ++i) {
            const auto kind = static_cast<int64_t>(random() % 3), place = static_cast<int64_t>(random() % kSize);
            label[i] = kind;
            for (int64_t y = 0; y < kSize; ++y) {
                for (int64_t x = 0; x < kSize; ++x) {
                    const bool lit = kind == 0 ? y == place : kind == 1 ? x == place : (x + y) % kSize == place;
                    *pixel++ = (lit ? 1.0f : 0.0f) + noise(random);
                }
            }
        }
    }
};

double accuracy(const wick::jit::Module& net, std::mt19937 random) {
    const wick::NoGradGuard quiet;
    int64_t hits = 0;
    constexpr int64_t kBatches = 10;
    for (int64_t i = 0; i < kBatches; ++i) {
        const Batch batch(random);
        hits += net.run_method("hits", batch.images, batch.labels).to_int();
    }
    return static_cast<double>(hits) / (kBatches * kBatch);
}

/// A bar that is drawn over itself.
void progress(int done, int total, double loss) {
    constexpr int kWidth = 30;
    const std::string filled(static_cast<size_t>(kWidth * done / total), '#');
    std::printf("\r[%-*s] loss %.4f%s", kWidth, filled.c_str(), loss, done == total ? "\n" : "");
    std::fflush(stdout);
}

int run(const char* path) {
    wick::jit::Program program;
    program.run(kNet);
    wick::jit::Module net = program.script("net");
    std::mt19937 random(1);
    std::printf("before training %.0f%% of the images are recognised\n", 100 * accuracy(net, random));

    wick::optim::Adam optimizer(net.parameters(), wick::optim::AdamOptions(0.01));
    for (int step = 1; step <= kSteps; ++step) {
        const Batch batch(random);
        optimizer.zero_grad();
        const wick::Tensor loss = net.run_method("loss", batch.images, batch.labels).to_tensor();
        loss.backward();
        optimizer.step();
        progress(step, kSteps, loss.item().to_double());
    }

    const double reached = accuracy(net, random);
    std::printf("after it %.0f%%\n", 100 * reached);
    if (path) net.save(path);
    return reached > 0.9 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc > 1 ? argv[1] : nullptr);
    } catch (const wick::Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
