#pragma once
// Batches of a data set in the order of a sampler: torch::data::DataLoader.
//
//   auto loader = wick::data::make_data_loader(std::move(dataset), wick::data::DataLoaderOptions(64).workers(2));
//   for (auto& batch : *loader) loss_of(net.forward(batch.data), batch.target);

#include <algorithm>
#include <cstddef>
#include <deque>
#include <future>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include <wick/data/dataset.h>
#include <wick/support/option.h>

namespace wick::data {

namespace samplers {

/// 0, 1, …
class SequentialSampler {
 public:
    explicit SequentialSampler(size_t size) : size_(size) {}
    std::vector<size_t> order() const {
        std::vector<size_t> numbers(size_);
        std::iota(numbers.begin(), numbers.end(), size_t{0});
        return numbers;
    }

 private:
    size_t size_;
};

/// All numbers in an order that the default generator draws anew for each pass; and once when the sampler is made, as
/// libtorch does, for no pass at all.
class RandomSampler {
 public:
    explicit RandomSampler(size_t size) : size_(size) { order(); }
    std::vector<size_t> order() const {
        const Tensor drawn = randperm(static_cast<int64_t>(size_));
        return {drawn.data<int64_t>(), drawn.data<int64_t>() + size_};
    }

 private:
    size_t size_;
};

}  // namespace samplers

/// How batches are made of a data set.
class DataLoaderOptions {
 public:
    DataLoaderOptions(size_t batch_size = 1) : batch_size_(batch_size) {}
    WICK_OPTION(size_t, batch_size);
    WICK_OPTION(size_t, workers) = 0;      ///< threads that make batches ahead; with 0 they are made when asked for
    WICK_OPTION(bool, drop_last) = false;  ///< leave out a last batch that is not full
};

/// With workers, the data set's get_batch runs on several threads at once.
template <class Dataset, class Sampler>
class DataLoader {
 public:
    using BatchType = typename Dataset::BatchType;

    DataLoader(Dataset dataset, DataLoaderOptions options)
        : dataset_(std::move(dataset)), options_(options), sampler_(dataset_.size().value()) {
        if (options_.batch_size() == 0) throw OpError("batch_size should be a positive integer value, but got 0");
    }

    /// One pass over the data set, to be moved only.
    class Iterator {
     public:
        Iterator() = default;
        explicit Iterator(DataLoader& loader) : loader_(&loader), order_(loader.sampler_.order()) { ++*this; }

        BatchType& operator*() { return *batch_; }
        BatchType* operator->() { return &*batch_; }
        Iterator& operator++() {
            batch_.reset();
            const size_t workers = loader_->options_.workers();
            while (coming_.size() < std::max<size_t>(workers, 1) && start()) continue;
            if (coming_.empty()) return *this;
            batch_ = coming_.front().get();
            coming_.pop_front();
            if (workers > 0) start();
            return *this;
        }
        void operator++(int) { ++*this; }
        friend bool operator==(const Iterator& a, const Iterator& b) { return a.at_end() == b.at_end(); }

     private:
        bool at_end() const { return !batch_; }
        /// The making of the next batch; false when there is none.
        bool start() {
            const size_t count = std::min(loader_->options_.batch_size(), order_.size() - next_);
            if (count == 0 || (loader_->options_.drop_last() && count < loader_->options_.batch_size())) return false;
            std::vector<size_t> indices(order_.begin() + static_cast<std::ptrdiff_t>(next_),
                                        order_.begin() + static_cast<std::ptrdiff_t>(next_ + count));
            next_ += count;
            const auto when = loader_->options_.workers() > 0 ? std::launch::async : std::launch::deferred;
            coming_.push_back(std::async(when, [loader = loader_, indices = std::move(indices)] {
                return loader->dataset_.get_batch(indices);
            }));
            return true;
        }

        DataLoader* loader_ = nullptr;
        std::vector<size_t> order_;
        size_t next_ = 0;
        std::deque<std::future<BatchType>> coming_;
        std::optional<BatchType> batch_;
    };

    Iterator begin() { return Iterator(*this); }
    Iterator end() { return {}; }
    const DataLoaderOptions& options() const { return options_; }

 private:
    Dataset dataset_;
    DataLoaderOptions options_;
    Sampler sampler_;
};

template <class Sampler = samplers::RandomSampler, class Dataset>
std::unique_ptr<DataLoader<Dataset, Sampler>> make_data_loader(Dataset dataset, DataLoaderOptions options = {}) {
    return std::make_unique<DataLoader<Dataset, Sampler>>(std::move(dataset), options);
}

}  // namespace wick::data
