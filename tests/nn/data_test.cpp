// Data sets, transforms and loaders in C++.

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace wick::data
