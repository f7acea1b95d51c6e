// A program for libtorch. With WICK_AS_LIBTORCH it is one for wick, and what it prints stays what libtorch printed:
// program.out, written by tests/oracle/libtorch.sh.

#ifdef WICK_AS_LIBTORCH
#include <wick/libtorch.h>
#else
#include <torch/torch.h>
#endif

#include <cmath>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace {

void make_and_print() {
    torch::Tensor x = torch::arange(6, torch::kFloat32).view({2, 3});
    std::cout << x << "\n" << x.sizes() << " " << x.dim() << " " << x.numel() << " " << x.scalar_type() << "\n";
    std::cout << torch::tensor({{1, 2}, {3, 4}}) << "\n" << torch::tensor({1.5, -2.0}) << "\n";
    std::cout << torch::tensor({true, false}) << "\n" << torch::full({2}, 7, torch::kInt64) << "\n";
    std::cout << torch::eye(3, torch::dtype(torch::kFloat64)) * 1e5 << "\n" << torch::zeros({0, 2}) << "\n";
    std::cout << torch::linspace(0, 1, 5) << "\n" << torch::tensor(0.25) << "\n" << torch::Tensor() << "\n";
    torch::manual_seed(3);
    std::cout << torch::rand({2, 2}) << "\n" << torch::randint(10, {4}) << "\n" << torch::randperm(5) << "\n";
}

void draw() {
    torch::Generator generator = at::make_generator<at::CPUGeneratorImpl>(5);
    std::cout << torch::rand({2}, generator) << "\n" << torch::randn({2, 2}, generator, torch::kFloat64) << "\n";
    std::cout << torch::randperm(5, generator) << "\n" << torch::randint(10, {3}, generator) << "\n";
    std::cout << torch::bernoulli(torch::full({3}, 0.5), generator) << "\n"
              << torch::normal(0, 1, {2}, generator) << "\n";
    generator.set_current_seed(7);
    std::cout << torch::rand({3}, generator).equal(torch::rand({3}, at::detail::createCPUGenerator(7))) << "\n";
    std::cout << generator.current_seed() << torch::rand({1}, generator.clone()).equal(torch::rand({1}, generator))
              << "\n";
}

void call_methods() {
    torch::Tensor x = torch::tensor({{1.0, -2.0, 3.0}, {4.0, 5.0, -6.0}});
    std::cout << x.relu().sum({1}) << "\n" << x.abs().mean().item<float>() << "\n" << x.t().contiguous() << "\n";
    std::cout << std::get<0>(x.max(1)) << "\n" << std::get<1>(x.sort(1, /*descending=*/true)) << "\n";
    std::cout << x.matmul(x.transpose(0, 1)) << "\n" << x.argmax(1, /*keepdim=*/true) << "\n";
    std::cout << x.clamp(-1, 4).pow(2) << "\n" << x.to(torch::kInt64) % 2 << "\n" << (x > 0) << "\n";
    std::cout << (1 - x) / 2 << "\n" << x.softmax(1).sum(1) << "\n" << torch::cat({x, -x}, 0).size(0) << "\n";
    std::cout << torch::where(x > 0, x, torch::zeros_like(x)) << "\n" << x.eq(3).any().item<bool>() << "\n";
    x.add_(1).mul_(2);
    x += 1;
    std::cout << x << "\n" << x.std(1, /*unbiased=*/true) << "\n" << x.unsqueeze(0).squeeze().equal(x) << "\n";
    const auto elements = x.accessor<float, 2>();
    std::cout << elements[0][1] << " " << x.data_ptr<float>()[2] << " " << x.stride(0) << "\n";
    std::vector<float> values = {1, 2, 3, 4};
    std::cout << torch::from_blob(values.data(), {2, 2}) << "\n" << torch::stack(x.unbind(0), 1) << "\n";
}

void index() {
    using namespace torch::indexing;
    torch::Tensor x = torch::arange(24).view({2, 3, 4});
    std::cout << x.index({1, Slice(0, 2), -1}) << "\n" << x.index({"...", Slice(None, None, 2)}).sizes() << "\n";
    std::cout << x.index({None, 0, Ellipsis}).sizes() << "\n" << x.index({x > 20}) << "\n" << x[1][2] << "\n";
    std::cout << x.index({torch::tensor({0, 1}), 2, torch::tensor({3, 0})}) << "\n" << x.index({true}).sizes() << "\n";
    x.index_put_({0, Slice(), 0}, -1);
    x.index_put_({1, torch::tensor({0, 2})}, torch::tensor({9, 8, 7, 6}));
    x[0][1][2] = 100;
    x[0][2] += 50;
    std::cout << x << "\n";
}

void differentiate() {
    torch::Tensor x = torch::tensor({1.0, 2.0}, torch::requires_grad());
    torch::Tensor y = x.pow(3).sum();
    y.backward();
    std::cout << x.grad() << "\n" << x.requires_grad() << y.is_leaf() << "\n";
    torch::Tensor z = (x * x).sum();
    const torch::Tensor g = torch::autograd::grad({z}, {x}, {}, /*retain_graph=*/true, /*create_graph=*/true)[0];
    std::cout << torch::autograd::grad({g.sum()}, {x})[0] << "\n";
    torch::NoGradGuard guard;
    std::cout << (x * 2).requires_grad() << "\n";
}

struct NetImpl : torch::nn::Module {
    explicit NetImpl(int64_t hidden)
        : conv(torch::nn::Conv2dOptions(1, 2, 3).padding(1).bias(false)), norm(2), fc(2 * 16, hidden) {
        register_module("conv", conv);
        register_module("norm", norm);
        register_module("fc", fc);
        out = register_module("out", torch::nn::Linear(torch::nn::LinearOptions(hidden, 3)));
        scale = register_parameter("scale", torch::ones({1}));
        register_buffer("seen", torch::zeros({1}));
    }

    torch::Tensor forward(torch::Tensor x) {
        x = torch::relu(norm(conv->forward(x)));
        x = x.view({x.size(0), -1});
        x = torch::relu(fc(x)) * scale;
        return torch::log_softmax(out->forward(x), /*dim=*/1);
    }

    torch::nn::Conv2d conv;
    torch::nn::BatchNorm2d norm;
    torch::nn::Linear fc, out{nullptr};
    torch::Tensor scale;
};
TORCH_MODULE(Net);

/// Pictures whose class is the row that is bright.
struct Rows : torch::data::datasets::Dataset<Rows> {
    torch::data::Example<> get(size_t i) override {
        torch::Tensor image = torch::zeros({1, 4, 4});
        const auto row = static_cast<int64_t>(i % 3);
        image[0][row] = 1 + 0.1 * static_cast<double>(i);
        return {image, torch::tensor(row)};
    }
    torch::optional<size_t> size() const override { return 12; }
};

void train() {
    torch::manual_seed(1);
    Net net(8);
    int64_t count = 0;
    for (const auto& named : net->named_parameters()) {
        count += named.value().numel();
        std::cout << named.key() << " " << named.value().sizes() << "\n";
    }
    std::cout << count << "\n";

    for (auto& module : net->modules(/*include_self=*/false)) {
        if (auto* linear = module->as<torch::nn::Linear>()) {
            torch::nn::init::xavier_uniform_(linear->weight);
            torch::nn::init::zeros_(linear->bias);
        }
    }
    auto loader = torch::data::make_data_loader<torch::data::samplers::SequentialSampler>(
        Rows().map(torch::data::transforms::Stack<>()), torch::data::DataLoaderOptions().batch_size(6).workers(1));
    torch::optim::SGD optimizer(net->parameters(), torch::optim::SGDOptions(0.1).momentum(0.9));
    for (int epoch = 0; epoch < 4; ++epoch) {
        net->train();
        double sum = 0;
        for (auto& batch : *loader) {
            optimizer.zero_grad();
            torch::Tensor loss = torch::nll_loss(net->forward(batch.data), batch.target);
            loss.backward();
            torch::nn::utils::clip_grad_norm_(net->parameters(), 2.0);
            optimizer.step();
            sum += loss.item<double>();
        }
        std::cout << "epoch " << epoch << " loss " << std::round(sum * 1000) / 1000 << "\n";
    }
    net->eval();
    torch::NoGradGuard guard;
    for (auto& batch : *loader) std::cout << net(batch.data).argmax(1).eq(batch.target).sum().item<int64_t>() << "\n";
}

void losses() {
    namespace F = torch::nn::functional;
    torch::Tensor x = torch::tensor({{0.5, -1.0, 2.0}, {1.0, 0.0, -0.5}}), y = torch::tensor({2, 0});
    std::cout << F::cross_entropy(x, y) << "\n" << torch::nn::MSELoss()(x, x + 1) << "\n";
    std::cout << F::cross_entropy(x, y, F::CrossEntropyFuncOptions().reduction(torch::kSum)) << "\n";
    std::cout << F::leaky_relu(x, F::LeakyReLUFuncOptions().negative_slope(0.1)) << "\n";
    std::cout << F::normalize(x, F::NormalizeFuncOptions().p(1).dim(1)) << "\n" << F::softmax(x, 1).sum() << "\n";
    std::cout << torch::nn::L1Loss(torch::nn::L1LossOptions().reduction(torch::kNone))(x, x * 2) << "\n";
    torch::nn::Sequential net(torch::nn::Linear(3, 2), torch::nn::ReLU(), torch::nn::Dropout(0.5));
    net->eval();
    std::cout << net->forward(x).sizes() << " " << net->size() << " " << net->parameters().size() << "\n";
    torch::nn::ModuleList list(torch::nn::Linear(3, 3), torch::nn::Tanh());
    std::cout << list->size() << " " << (list[0]->as<torch::nn::Linear>() != nullptr) << "\n";
    torch::nn::LSTM lstm(torch::nn::LSTMOptions(3, 4).num_layers(2).batch_first(true));
    std::cout << std::get<0>(lstm->forward(torch::zeros({1, 5, 3}))).sizes() << "\n";
    torch::nn::TransformerEncoder encoder(
        torch::nn::TransformerEncoderLayer(torch::nn::TransformerEncoderLayerOptions(8, 2).dropout(0.0)), 2);
    std::cout << encoder->forward(torch::ones({3, 1, 8})).sizes() << "\n";
}

void functions_with_options() {
    namespace F = torch::nn::functional;
    torch::Tensor x = torch::arange(32, torch::kFloat32).view({1, 2, 4, 4}) / 8 - 2;
    torch::Tensor weight = torch::ones({3, 2, 3, 3}) / 9, bias = torch::tensor({0.5, 0.0, -0.5});
    std::cout << F::max_pool2d(x, F::MaxPool2dFuncOptions(3).stride(2).padding(1)) << "\n";
    std::cout << std::get<1>(F::max_pool2d_with_indices(x, F::MaxPool2dFuncOptions({2, 2}))) << "\n";
    std::cout << F::avg_pool2d(x, F::AvgPool2dFuncOptions(2).stride({2, 1})) << "\n";
    std::cout << F::adaptive_avg_pool2d(x, F::AdaptiveAvgPool2dFuncOptions({1, 2})) << "\n";
    std::cout << F::adaptive_max_pool2d(x, F::AdaptiveMaxPool2dFuncOptions(1)) << "\n";
    std::cout << F::lp_pool2d(x, F::LPPool2dFuncOptions(1, 2).stride(2)) << "\n";
    std::cout << F::conv2d(x, weight, F::Conv2dFuncOptions().bias(bias).stride(2)) << "\n";
    std::cout << F::conv2d(x, weight, F::Conv2dFuncOptions().padding(torch::kSame).dilation(2)).sizes() << "\n";
    std::cout << F::conv_transpose2d(x, weight.transpose(0, 1), F::ConvTranspose2dFuncOptions().stride(2)).sizes()
              << "\n";
    std::cout << F::interpolate(x, F::InterpolateFuncOptions()
                                       .size(std::vector<int64_t>({2, 3}))
                                       .mode(torch::kBilinear)
                                       .align_corners(true))
              << "\n";
    std::cout << F::interpolate(x, F::InterpolateFuncOptions().scale_factor(std::vector<double>({0.5, 0.5}))) << "\n";
    std::cout << F::pad(x[0], F::PadFuncOptions({1, 1}).mode(torch::kReplicate)) << "\n";
    std::cout << F::layer_norm(x, F::LayerNormFuncOptions({4})) << "\n" << F::logsigmoid(x[0][1]) << "\n";
    std::cout << F::gelu(x[0][1], F::GELUFuncOptions().approximate("tanh")) << "\n";
    std::cout << F::hardshrink(x, F::HardshrinkFuncOptions().lambda(1.5)) << "\n";
    std::cout << F::softplus(x, F::SoftplusFuncOptions().beta(0.5).threshold(3.0)).select(1, 1) << "\n";
    std::cout << F::threshold(x, F::ThresholdFuncOptions(0.5, -1)).sum() << "\n";
    std::cout << F::pixel_unshuffle(x, F::PixelUnshuffleFuncOptions(2)).sizes() << "\n";
    std::cout << F::unfold(x, F::UnfoldFuncOptions({2, 2}).stride(2)).sizes() << "\n";
    std::cout << F::cosine_similarity(x, x + 1, F::CosineSimilarityFuncOptions().dim(1)).select(1, 0) << "\n";
    std::cout << F::dropout(x, F::DropoutFuncOptions().p(0.5).training(false)).equal(x) << "\n";
    std::cout << F::kl_div(x.log_softmax(1), x.sigmoid(), F::KLDivFuncOptions(torch::kNone))[0][0] << "\n";
}

struct PairImpl : torch::nn::Cloneable<PairImpl> {
    PairImpl() { reset(); }
    void reset() override { fc = register_module("fc", torch::nn::Linear(2, 2)); }
    torch::Tensor forward(const torch::Tensor& a, const torch::Tensor& b) { return fc(a) - fc(b); }
    torch::nn::Linear fc{nullptr};
};
TORCH_MODULE(Pair);

void print_and_clone() {
    using namespace torch::nn;
    std::cout << Net(4) << "\n" << *std::make_shared<Module>("named") << "\n" << ModuleDict() << "\n";
    Sequential net(
        {{"conv", Conv2d(Conv2dOptions(4, 2, 3).stride({1, 2}).groups(2).padding(torch::kSame).stride(1))},
         {"norm", BatchNorm2d(2)},
         {"pool", MaxPool2d(MaxPool2dOptions(2).ceil_mode(true))},
         {"act", LeakyReLU(LeakyReLUOptions().negative_slope(0.2))},
         {"drop", Dropout2d(0.25)},
         {"up", Upsample(UpsampleOptions().scale_factor(std::vector<double>({2, 2})).mode(torch::kBilinear))},
         {"pad", ReflectionPad2d(1)},
         {"flat", Flatten()},
         {"norm2", LayerNorm(LayerNormOptions({2, 3}))},
         {"function", Functional(torch::relu)}});
    std::cout << net << "\n" << net->size() << +net->is_empty() << "\n";
    std::cout << Embedding(EmbeddingOptions(3, 4).padding_idx(1)) << "\n" << RReLU() << "\n" << MSELoss() << "\n";
    std::cout << LSTM(LSTMOptions(1, 2).num_layers(2).dropout(0.5)) << "\n" << GRUCell(1, 2) << "\n";
    std::cout << TransformerEncoder(TransformerEncoderOptions(TransformerEncoderLayer(4, 2), 1)) << "\n";

    torch::manual_seed(2);
    Pair pair;
    Sequential pairs(pair, Tanh());
    torch::Tensor a = torch::ones({1, 2}), b = torch::zeros({1, 2});
    std::cout << pairs->forward(a, b).sizes() << "\n";
    auto copy = std::dynamic_pointer_cast<PairImpl>(pairs->at<PairImpl>(0).clone());
    std::cout << +copy->fc->weight.equal(pairs->parameters()[0]) << "\n";
    AnyModule any(Linear(2, 3));
    std::cout << any.forward(a).size(1) << any.get<Linear>()->weight.size(0) << +any.clone().is_empty() << "\n";
    Linear again(std::dynamic_pointer_cast<LinearImpl>(Linear(2, 3)->clone()));
    std::cout << again->named_parameters()["weight"].sizes() << +again->named_parameters().contains("w") << "\n";
    Net(4)->apply(
        [](const std::string& name, Module& module) { std::cout << name << " " << module.children().size() << "\n"; });
}

void set_rate(torch::optim::Optimizer& optimizer, double rate) {
    for (auto& group : optimizer.param_groups()) {
        if (group.has_options()) group.options().set_lr(rate);
        std::cout << group.params().size() << " " << group.options().get_lr() << "\n";
    }
}

void read_options() {
    using namespace torch::nn;
    Linear linear(3, 4);
    torch::optim::SGD plain(linear->parameters(), 0.1);
    torch::optim::Adam adaptive(linear->parameters(), torch::optim::AdamOptions(0.1));
    set_rate(plain, 0.5);
    set_rate(adaptive, 0.25);
    torch::optim::Optimizer& any = adaptive;
    static_cast<torch::optim::AdamOptions&>(any.param_groups()[0].options()).betas(std::make_tuple(0.5, 0.75));
    std::cout << std::get<1>(static_cast<torch::optim::AdamOptions&>(adaptive.param_groups()[0].options()).betas())
              << "\n";

    Conv2d conv(Conv2dOptions(3, 4, 3).stride(2).bias(false));
    LSTM memory(LSTMOptions(3, 5).num_layers(2));
    std::cout << linear->options.in_features() << linear->options.out_features() << conv->options.out_channels()
              << +conv->options.bias() << BatchNorm2d(6)->options.num_features() << Dropout(0.5)->options.p()
              << memory->options.hidden_size() << memory->options.num_layers() << "\n";
    auto copy = std::dynamic_pointer_cast<LinearImpl>(linear->clone());
    std::cout << copy->options.out_features() << "\n";

    linear->eval();
    torch::manual_seed(5);
    linear->reset_parameters();
    torch::manual_seed(5);
    Linear same(3, 4);
    std::cout << +linear->weight.equal(same->weight) << +linear->bias.equal(same->bias) << +linear->is_training()
              << "\n";
    std::cout << torch::elementSize(torch::kFloat64) << " " << torch::typeMetaToScalarType(same->weight.dtype())
              << "\n";
}

struct Negate : torch::data::transforms::TensorTransform<> {
    torch::Tensor operator()(torch::Tensor x) override { return -x; }
};

void transform() {
    auto batches = torch::data::datasets::TensorDataset(torch::arange(6.0).view({3, 2})).size();
    std::cout << batches.value() << "\n";
    std::vector<torch::data::Example<>> examples{{torch::ones({1, 2, 2}), torch::zeros({1})}};
    std::cout << Negate().apply_batch(examples)[0].data << "\n";
}

}  // namespace

int main() {
    make_and_print();
    draw();
    call_methods();
    index();
    differentiate();
    train();
    losses();
    functions_with_options();
    print_and_clone();
    read_options();
    transform();
}
