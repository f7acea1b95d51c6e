// Data sets, transforms and loaders in C++.

#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

#include <wick/data.h>

namespace wick::data {
namespace {

/// Number i, and its square.
struct Squares : datasets::Dataset<Squares> {
    Example<> get(size_t i) override {
        const auto number = static_cast<int64_t>(i);
        return {tensor({number}), tensor(number * number)};
    }
    std::optional<size_t> size() const override { return 10; }
};

std::vector<int64_t> numbers_of(const Tensor& tensor) {
    const Tensor flat = tensor.contiguous();
    return {flat.data<int64_t>(), flat.data<int64_t>() + flat.numel()};
}

TEST(Data, BatchesInOrder) {
    for (const size_t workers : {0, 1, 3}) {
        auto loader = make_data_loader<samplers::SequentialSampler>(Squares().map(transforms::Stack<>()),
                                                                    DataLoaderOptions(4).workers(workers));
        for (int epoch = 0; epoch < 2; ++epoch) {
            std::vector<int64_t> seen;
            std::vector<size_t> sizes;
            for (const auto& batch : *loader) {
                EXPECT_TRUE(batch.target.equal(batch.data.squeeze(1).square()));
                for (const int64_t number : numbers_of(batch.data)) seen.push_back(number);
                sizes.push_back(static_cast<size_t>(batch.data.size(0)));
            }
            EXPECT_EQ(seen, (std::vector<int64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
            EXPECT_EQ(sizes, (std::vector<size_t>{4, 4, 2}));
        }
    }
}

TEST(Data, RandomOrderFollowsTheSeed) {
    auto loader = make_data_loader(Squares(), DataLoaderOptions(10));
    const auto pass = [&] {
        std::vector<int64_t> seen;
        for (const auto& batch : *loader)
            for (const Example<>& example : batch) seen.push_back(example.target.item<int64_t>());
        return seen;
    };
    manual_seed(1);
    const std::vector<int64_t> first = pass();
    EXPECT_NE(pass(), first);
    manual_seed(1);
    EXPECT_EQ(pass(), first);
}

TEST(Data, LastBatchesMayBeLeftOut) {
    auto loader = make_data_loader(Squares(), DataLoaderOptions(4).drop_last(true));
    size_t count = 0;
    for (const auto& batch : *loader) {
        EXPECT_EQ(batch.size(), 4u);
        ++count;
    }
    EXPECT_EQ(count, 2u);
    EXPECT_THROW(make_data_loader(Squares(), DataLoaderOptions(0)), OpError);
}

TEST(Data, TransformsFollowEachOther) {
    const Tensor images = ones({3, 2, 4, 4});
    auto dataset = datasets::TensorDataset(images, tensor({0, 1, 2}))
                       .map(transforms::Normalize<>({1.0, 0.5}, {2.0, 0.25}))
                       .map(transforms::Lambda<Example<>>([](Example<> one) {
                           return Example<>{one.data, one.target + 1};
                       }))
                       .map(transforms::Stack<>());
    const Example<> batch = dataset.get_batch(std::vector<size_t>{2, 0});
    EXPECT_TRUE(batch.target.equal(tensor({3, 1})));
    EXPECT_TRUE(batch.data.select(1, 0).equal(zeros({2, 4, 4})));
    EXPECT_TRUE(batch.data.select(1, 1).equal(full({2, 4, 4}, 2.0)));
    EXPECT_THROW(datasets::TensorDataset(ones({2}), ones({3})), OpError);
}

TEST(Data, ErrorsOfWorkersReachTheLoop) {
    struct Broken : datasets::Dataset<Broken> {
        Example<> get(size_t) override { throw OpError("no such example"); }
        std::optional<size_t> size() const override { return 2; }
    };
    auto loader = make_data_loader(Broken(), DataLoaderOptions(1).workers(2));
    EXPECT_THROW(loader->begin(), OpError);
}

/// Files as those of MNIST: `count` images whose pixels are their label.
void write_digits(const std::filesystem::path& folder, const std::string& start, uint32_t count, uint32_t written) {
    const auto put = [](std::ofstream& file, uint32_t value) {
        for (int shift = 24; shift >= 0; shift -= 8) file.put(static_cast<char>(value >> shift));
    };
    std::ofstream images(folder / (start + "-images-idx3-ubyte"), std::ios::binary);
    std::ofstream labels(folder / (start + "-labels-idx1-ubyte"), std::ios::binary);
    for (uint32_t value : {2051u, count, 28u, 28u}) put(images, value);
    for (uint32_t value : {2049u, count}) put(labels, value);
    for (uint32_t i = 0; i < written; ++i) {
        labels.put(static_cast<char>(i % 10));
        images << std::string(28 * 28, static_cast<char>(i % 10));
    }
}

TEST(Data, MnistIsReadFromItsFiles) {
    using data::datasets::MNIST;
    const std::filesystem::path folder = std::filesystem::temp_directory_path() / fmt::format("mnist{}", getpid());
    std::filesystem::create_directory(folder);
    EXPECT_THROW(MNIST(folder.string()), OpError);
    write_digits(folder, "train", 12, 12);
    write_digits(folder, "t10k", 12, 11);
    MNIST digits(folder.string());
    EXPECT_EQ(digits.size(), 12u);
    EXPECT_TRUE(digits.is_train());
    const auto [image, label] = digits.get(11);
    EXPECT_EQ(image.sizes(), (IntArrayRef{1, 28, 28}));
    EXPECT_EQ(label.item<int64_t>(), 1);
    EXPECT_FLOAT_EQ(image.mean().item<float>(), 1 / 255.f);
    EXPECT_THROW(MNIST(folder.string(), MNIST::Mode::kTest), OpError);
    std::ofstream(folder / "train-images-idx3-ubyte") << "something else";
    EXPECT_THROW(MNIST(folder.string()), OpError);
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace wick::data
