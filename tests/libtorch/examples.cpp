// Programs in the manner of PyTorch's examples for its C++ API: digits, a pair of networks against each other, a
// regression, gradients, sequences. As program.cpp, with what they print in examples.out.

#ifdef WICK_AS_LIBTORCH
#include <wick/libtorch.h>
#else
#include <torch/torch.h>
#endif

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <memory>
#include <string>
#include <tuple>
#include <unistd.h>
#include <vector>

namespace {

// Digits --------------------------------------------------------------------------------------------------------------

const int64_t kTrainBatchSize = 4;
const int64_t kTestBatchSize = 5;
const int64_t kNumberOfEpochs = 2;
const int64_t kLogInterval = 2;

struct Net : torch::nn::Module {
    Net()
        : conv1(torch::nn::Conv2dOptions(1, 10, /*kernel_size=*/5)),
          conv2(torch::nn::Conv2dOptions(10, 20, /*kernel_size=*/5)),
          fc1(320, 50),
          fc2(50, 10) {
        register_module("conv1", conv1);
        register_module("conv2", conv2);
        register_module("conv2_drop", conv2_drop);
        register_module("fc1", fc1);
        register_module("fc2", fc2);
    }

    torch::Tensor forward(torch::Tensor x) {
        x = torch::relu(torch::max_pool2d(conv1->forward(x), 2));
        x = torch::relu(torch::max_pool2d(conv2_drop->forward(conv2->forward(x)), 2));
        x = x.view({-1, 320});
        x = torch::relu(fc1->forward(x));
        x = torch::dropout(x, /*p=*/0.5, /*training=*/is_training());
        x = fc2->forward(x);
        return torch::log_softmax(x, /*dim=*/1);
    }

    torch::nn::Conv2d conv1;
    torch::nn::Conv2d conv2;
    torch::nn::Dropout2d conv2_drop;
    torch::nn::Linear fc1;
    torch::nn::Linear fc2;
};

template <typename DataLoader>
void train(size_t epoch, Net& model, torch::Device device, DataLoader& data_loader, torch::optim::Optimizer& optimizer,
           size_t dataset_size) {
    model.train();
    size_t batch_idx = 0;
    for (auto& batch : data_loader) {
        auto data = batch.data.to(device), targets = batch.target.to(device);
        optimizer.zero_grad();
        auto output = model.forward(data);
        auto loss = torch::nll_loss(output, targets);
        AT_ASSERT(!std::isnan(loss.template item<float>()));
        loss.backward();
        optimizer.step();
        if (batch_idx++ % kLogInterval == 0)
            std::printf("Train Epoch: %ld [%5ld/%5ld] Loss: %.3f\n", static_cast<long>(epoch),
                        static_cast<long>(batch_idx * batch.data.size(0)), static_cast<long>(dataset_size),
                        loss.template item<float>());
    }
}

template <typename DataLoader>
void test(Net& model, torch::Device device, DataLoader& data_loader, size_t dataset_size) {
    torch::NoGradGuard no_grad;
    model.eval();
    double test_loss = 0;
    int32_t correct = 0;
    for (const auto& batch : data_loader) {
        auto data = batch.data.to(device), targets = batch.target.to(device);
        auto output = model.forward(data);
        test_loss += torch::nll_loss(output, targets, /*weight=*/{}, torch::Reduction::Sum).template item<float>();
        auto pred = output.argmax(1);
        correct += pred.eq(targets).sum().template item<int64_t>();
    }
    test_loss /= dataset_size;
    std::printf("Test set: Average loss: %.3f | Accuracy: %.3f\n", test_loss,
                static_cast<double>(correct) / dataset_size);
}

/// A bar whose place is the digit, before a pattern.
class Digits : public torch::data::datasets::Dataset<Digits> {
 public:
    explicit Digits(size_t count) : count_(count) {}

    torch::data::Example<> get(size_t index) override {
        const int64_t digit = index % 10;
        auto image =
            torch::arange(28 * 28).mul(static_cast<int64_t>(index)).remainder(50).to(torch::kFloat32).div_(255);
        image = image.view({1, 28, 28});
        image.slice(/*dim=*/1, 2 * digit + 4, 2 * digit + 6).fill_(1);
        return {image, torch::tensor(digit, torch::kInt64)};
    }
    torch::optional<size_t> size() const override { return count_; }

 private:
    size_t count_;
};

void digits() {
    torch::manual_seed(1);
    torch::DeviceType device_type;
    if (torch::cuda::is_available()) {
        std::cout << "CUDA available! Training on GPU." << std::endl;
        device_type = torch::kCUDA;
    } else {
        device_type = torch::kCPU;
    }
    torch::Device device(torch::kCPU);
    (void)device_type;

    Net model;
    model.to(device);
    auto train_dataset =
        Digits(18).map(torch::data::transforms::Normalize<>(0.1307, 0.3081)).map(torch::data::transforms::Stack<>());
    const size_t train_dataset_size = train_dataset.size().value();
    auto train_loader = torch::data::make_data_loader<torch::data::samplers::SequentialSampler>(
        std::move(train_dataset), kTrainBatchSize);
    auto test_dataset =
        Digits(10).map(torch::data::transforms::Normalize<>(0.1307, 0.3081)).map(torch::data::transforms::Stack<>());
    const size_t test_dataset_size = test_dataset.size().value();
    auto test_loader = torch::data::make_data_loader(std::move(test_dataset), kTestBatchSize);
    torch::optim::SGD optimizer(model.parameters(), torch::optim::SGDOptions(0.01).momentum(0.5));
    for (size_t epoch = 1; epoch <= kNumberOfEpochs; ++epoch) {
        train(epoch, model, device, *train_loader, optimizer, train_dataset_size);
        test(model, device, *test_loader, test_dataset_size);
    }
}

// Two networks against each other -------------------------------------------------------------------------------------

struct GeneratorNetImpl : torch::nn::Module {
    GeneratorNetImpl(int kNoiseSize)
        : conv1(torch::nn::ConvTranspose2dOptions(kNoiseSize, 16, 4).bias(false)),
          batch_norm1(16),
          conv2(torch::nn::ConvTranspose2dOptions(16, 8, 3).stride(2).padding(1).bias(false)),
          batch_norm2(8),
          conv3(torch::nn::ConvTranspose2dOptions(8, 1, 4).stride(2).padding(1).bias(false)) {
        register_module("conv1", conv1);
        register_module("conv2", conv2);
        register_module("conv3", conv3);
        register_module("batch_norm1", batch_norm1);
        register_module("batch_norm2", batch_norm2);
    }

    torch::Tensor forward(torch::Tensor x) {
        x = torch::relu(batch_norm1(conv1(x)));
        x = torch::relu(batch_norm2(conv2(x)));
        x = torch::tanh(conv3(x));
        return x;
    }

    torch::nn::ConvTranspose2d conv1;
    torch::nn::BatchNorm2d batch_norm1;
    torch::nn::ConvTranspose2d conv2;
    torch::nn::BatchNorm2d batch_norm2;
    torch::nn::ConvTranspose2d conv3;
};
TORCH_MODULE(GeneratorNet);

void adversaries() {
    namespace nn = torch::nn;
    torch::manual_seed(2);
    const int64_t kNoiseSize = 6;
    torch::Device device(torch::kCPU);
    GeneratorNet generator(kNoiseSize);
    generator->to(device);
    nn::Sequential discriminator(nn::Conv2d(nn::Conv2dOptions(1, 8, 4).stride(2).padding(1).bias(false)),
                                 nn::LeakyReLU(nn::LeakyReLUOptions().negative_slope(0.2)),
                                 nn::Conv2d(nn::Conv2dOptions(8, 16, 4).stride(2).padding(1).bias(false)),
                                 nn::BatchNorm2d(16), nn::LeakyReLU(nn::LeakyReLUOptions().negative_slope(0.2)),
                                 nn::Conv2d(nn::Conv2dOptions(16, 1, 3).stride(1).padding(0).bias(false)),
                                 nn::Sigmoid());
    discriminator->to(device);

    auto dataset = torch::data::datasets::TensorDataset(torch::rand({8, 1, 14, 14}))
                       .map(torch::data::transforms::Stack<torch::data::TensorExample>());
    auto data_loader = torch::data::make_data_loader<torch::data::samplers::SequentialSampler>(
        std::move(dataset), torch::data::DataLoaderOptions().batch_size(4).workers(2));
    torch::optim::Adam generator_optimizer(generator->parameters(),
                                           torch::optim::AdamOptions(2e-4).betas(std::make_tuple(0.5, 0.5)));
    torch::optim::Adam discriminator_optimizer(discriminator->parameters(),
                                               torch::optim::AdamOptions(2e-4).betas(std::make_tuple(0.5, 0.5)));
    for (int64_t epoch = 1; epoch <= 2; ++epoch) {
        for (const auto& batch : *data_loader) {
            discriminator->zero_grad();
            torch::Tensor real_images = batch.data.to(device);
            torch::Tensor real_labels = torch::empty(batch.data.size(0), device).uniform_(0.8, 1.0);
            torch::Tensor real_output = discriminator->forward(real_images).reshape(real_labels.sizes());
            torch::Tensor d_loss_real = torch::binary_cross_entropy(real_output, real_labels);
            d_loss_real.backward();

            torch::Tensor noise = torch::randn({batch.data.size(0), kNoiseSize, 1, 1}, device);
            torch::Tensor fake_images = generator->forward(noise);
            torch::Tensor fake_labels = torch::zeros(batch.data.size(0), device);
            torch::Tensor fake_output = discriminator->forward(fake_images.detach()).reshape(fake_labels.sizes());
            torch::Tensor d_loss_fake = torch::binary_cross_entropy(fake_output, fake_labels);
            d_loss_fake.backward();
            torch::Tensor d_loss = d_loss_real + d_loss_fake;
            discriminator_optimizer.step();

            generator->zero_grad();
            fake_labels.fill_(1);
            fake_output = discriminator->forward(fake_images).reshape(fake_labels.sizes());
            torch::Tensor g_loss = torch::binary_cross_entropy(fake_output, fake_labels);
            g_loss.backward();
            generator_optimizer.step();
            std::printf("[%ld] D_loss: %.3f | G_loss: %.3f\n", static_cast<long>(epoch), d_loss.item<float>(),
                        g_loss.item<float>());
        }
    }
    generator->eval();
    const std::string path = std::filesystem::temp_directory_path() / ("generator" + std::to_string(getpid()) + ".pt");
    torch::save(generator, path);
    GeneratorNet again(kNoiseSize);
    torch::load(again, path);
    again->eval();
    torch::Tensor noise = torch::ones({1, kNoiseSize, 1, 1});
    std::cout << generator->forward(noise).equal(again->forward(noise)) << "\n";
    std::filesystem::remove(path);
}

// A regression --------------------------------------------------------------------------------------------------------

torch::Tensor make_features(torch::Tensor x) {
    x = x.unsqueeze(1);
    std::vector<torch::Tensor> xs;
    for (int64_t i = 0; i < 4; ++i) xs.push_back(x.pow(i + 1));
    return torch::cat(xs, 1);
}

std::string poly_desc(const torch::Tensor& W, const torch::Tensor& b) {
    auto size = W.size(0);
    std::ostringstream stream;
    stream << std::fixed << std::setprecision(2);
    stream << "y = ";
    for (int64_t i = 0; i < size; ++i) stream << W[i].item<float>() << " x^" << (size - i) << " ";
    stream << "+ " << b[0].item<float>();
    return stream.str();
}

void regression() {
    torch::manual_seed(3);
    torch::Tensor W_target = torch::randn({4, 1}) * 5, b_target = torch::randn({1}) * 5;
    auto fc = torch::nn::Linear(W_target.size(0), 1);
    float loss = 0;
    size_t batch_idx = 0;
    while (++batch_idx <= 50) {
        torch::Tensor x = make_features(torch::randn({32}) / 2);
        torch::Tensor y = x.mm(W_target) + b_target.item();
        fc->zero_grad();
        auto output = torch::smooth_l1_loss(fc(x), y);
        loss = output.item<float>();
        output.backward();
        for (auto& param : fc->parameters()) param.data() -= 0.1 * param.grad().data();
    }
    std::printf("Loss: %.3f after %ld batches\n", loss, static_cast<long>(batch_idx - 1));
    std::cout << "==> Learned function:\t" << poly_desc(fc->weight.view({-1}), fc->bias) << std::endl;
    std::cout << "==> Actual function:\t" << poly_desc(W_target.view({-1}), b_target) << std::endl;
}

// Gradients -----------------------------------------------------------------------------------------------------------

class LinearFunction : public torch::autograd::Function<LinearFunction> {
 public:
    static torch::Tensor forward(torch::autograd::AutogradContext* ctx, torch::Tensor input, torch::Tensor weight,
                                 torch::Tensor bias = torch::Tensor()) {
        ctx->save_for_backward({input, weight, bias});
        auto output = input.mm(weight.t());
        if (bias.defined()) output += bias.unsqueeze(0).expand_as(output);
        return output;
    }

    static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* ctx,
                                                 torch::autograd::tensor_list grad_outputs) {
        auto saved = ctx->get_saved_variables();
        auto input = saved[0];
        auto weight = saved[1];
        auto bias = saved[2];
        auto grad_output = grad_outputs[0];
        auto grad_input = grad_output.mm(weight);
        auto grad_weight = grad_output.t().mm(input);
        auto grad_bias = torch::Tensor();
        if (bias.defined()) grad_bias = grad_output.sum(0);
        return {grad_input, grad_weight, grad_bias};
    }
};

class MulConstant : public torch::autograd::Function<MulConstant> {
 public:
    static torch::Tensor forward(torch::autograd::AutogradContext* ctx, torch::Tensor tensor, double constant) {
        ctx->saved_data["constant"] = constant;
        return tensor * constant;
    }
    static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* ctx,
                                                 torch::autograd::tensor_list grad_outputs) {
        return {grad_outputs[0] * ctx->saved_data["constant"].toDouble(), torch::Tensor()};
    }
};

void gradients() {
    auto x = torch::ones({2, 2}, torch::requires_grad());
    std::cout << x << std::endl;
    auto y = x + 2;
    std::cout << y << std::endl << (x + y).grad_fn()->name() << std::endl;
    auto z = y * y * 3;
    auto out = z.mean();
    std::cout << z << std::endl
              << (y * y).grad_fn()->name() << std::endl
              << out << std::endl
              << out.grad_fn()->name() << "\n";
    std::cout << (x.grad_fn() == nullptr) << std::endl;

    auto a = torch::tensor({{1.0, 2.0}, {-3.0, 0.5}});
    a = ((a * 3) / (a - 1.5));
    std::cout << a.requires_grad() << std::endl;
    a.requires_grad_(true);
    auto b = (a * a).sum();
    std::cout << b.grad_fn()->name() << std::endl;
    out.backward();
    std::cout << x.grad() << std::endl;

    x = torch::tensor({0.1, 1.0, -2.0}, torch::requires_grad());
    y = x * 2;
    while (y.norm().item<double>() < 1000) y = y * 2;
    auto v = torch::tensor({0.1, 1.0, 0.0001}, torch::kFloat);
    y.backward(v);
    std::cout << x.grad() << std::endl;
    {
        torch::NoGradGuard no_grad;
        std::cout << x.pow(2).requires_grad() << std::endl;
    }

    auto model = torch::nn::Linear(4, 3);
    auto input = torch::full({3, 4}, 0.5).requires_grad_(true);
    auto output = (input * input).sum(1);
    auto grad_output = torch::ones_like(output);
    auto gradient = torch::autograd::grad({output}, {input}, /*grad_outputs=*/{grad_output}, /*retain_graph=*/true,
                                          /*create_graph=*/true)[0];
    auto gradient_penalty = torch::pow((gradient.norm(2, /*dim=*/1) - 1), 2).mean();
    auto combined_loss = output.mean() + gradient_penalty;
    combined_loss.backward();
    std::cout << input.grad() << std::endl;

    auto weight = torch::full({4, 3}, 0.25).requires_grad_();
    auto first = torch::ones({2, 3}).requires_grad_();
    auto result = LinearFunction::apply(first, weight);
    auto loss = result.sum();
    loss.backward();
    std::cout << first.grad() << std::endl << weight.grad() << std::endl;
    auto factor = torch::ones({2}).requires_grad_();
    MulConstant::apply(factor, 5.5).sum().backward();
    std::cout << factor.grad() << std::endl;

    auto hooked = torch::ones({3}, torch::requires_grad());
    auto h = hooked.register_hook([](torch::Tensor grad) { return grad * 2; });
    unsigned seen =
        hooked.register_hook([](torch::Tensor grad) { std::cout << "grad " << grad[0].item<float>() << "\n"; });
    hooked.sum().backward();
    hooked.remove_hook(h);
    hooked.remove_hook(seen);
    hooked.sum().backward();
    std::cout << hooked.grad() << std::endl;
}

// Sequences -----------------------------------------------------------------------------------------------------------

struct TaggerImpl : torch::nn::Module {
    TaggerImpl(int64_t vocabulary, int64_t embedding, int64_t hidden, int64_t tags)
        : embed(register_module("embed", torch::nn::Embedding(vocabulary, embedding))),
          lstm(register_module(
              "lstm", torch::nn::LSTM(torch::nn::LSTMOptions(embedding, hidden).num_layers(2).batch_first(true)))),
          linear(register_module("linear", torch::nn::Linear(hidden, tags))) {}

    torch::Tensor forward(torch::Tensor x) {
        auto [output, state] = lstm->forward(embed->forward(x));
        last = std::get<0>(state);
        return linear->forward(output.reshape({-1, output.size(-1)}));
    }

    torch::nn::Embedding embed;
    torch::nn::LSTM lstm;
    torch::nn::Linear linear;
    torch::Tensor last;
};
TORCH_MODULE(Tagger);

class Sentences : public torch::data::datasets::Dataset<Sentences> {
 public:
    torch::data::Example<> get(size_t index) override {
        auto words = (torch::arange(5) * (static_cast<int64_t>(index) + 1)) % 7;
        return {words, (words % 3)};
    }
    torch::optional<size_t> size() const override { return 12; }
};

void sequences() {
    torch::manual_seed(4);
    Tagger tagger(7, 4, 6, 3);
    auto loader = torch::data::make_data_loader<torch::data::samplers::SequentialSampler>(
        Sentences().map(torch::data::transforms::Stack<>()), torch::data::DataLoaderOptions(4));
    torch::nn::CrossEntropyLoss criterion;
    torch::optim::AdamW optimizer(tagger->parameters(), torch::optim::AdamWOptions(0.05));
    torch::optim::StepLR scheduler(optimizer, 2, 0.5);
    for (int epoch = 0; epoch < 4; ++epoch) {
        double total = 0;
        for (torch::data::Example<>& batch : *loader) {
            optimizer.zero_grad();
            auto loss = criterion(tagger(batch.data), batch.target.view({-1}));
            loss.backward();
            torch::nn::utils::clip_grad_norm_(tagger->parameters(), 0.5);
            optimizer.step();
            total += loss.item<double>();
        }
        scheduler.step();
        std::printf("%.3f ", total);
    }
    std::printf("\n");
    std::cout << tagger->last.sizes() << std::endl << std::defaultfloat << tagger << std::endl;
    for (const auto& pair : tagger->named_parameters()) std::cout << pair.key() << ": " << pair.value().sizes() << "\n";
    auto options =
        torch::TensorOptions().dtype(torch::kFloat32).layout(torch::kStrided).device(torch::kCPU).requires_grad(true);
    std::cout << torch::full({2}, 1.5, options).toType(torch::kDouble).scalar_type() << "\n";
    at::Generator source = at::make_generator<at::CPUGeneratorImpl>(9);
    std::cout << torch::empty({3}).uniform_(0, 1, source) << "\n" << torch::empty({2}).normal_(0, 2, source) << "\n";
    std::cout << torch::full({4}, 0.5).bernoulli(source) << "\n"
              << torch::ones({5}).multinomial(3, false, source) << "\n";
    std::cout << torch::zeros({3}, torch::kLong).random_(100, source) << "\n";
}

}  // namespace

int main() {
    std::cout << std::fixed << std::setprecision(4);
    digits();
    adversaries();
    regression();
    gradients();
    sequences();
}
