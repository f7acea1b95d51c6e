#pragma once
// Examples by number, and what is done to them on their way into a batch: torch::data::datasets and transforms.
//
//   struct Squares : wick::data::datasets::Dataset<Squares> {
//       wick::data::Example<> get(size_t i) override { … }
//       std::optional<size_t> size() const override { return 100; }
//   };
//   auto batches = Squares().map(wick::data::transforms::Stack<>());

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include <wick/eager.h>

namespace wick::data {

template <class Data = Tensor, class Target = Tensor>
struct Example {
    Data data;
    Target target;
};

namespace datasets {

template <class Source, class Transform>
class MapDataset;

/// Derived classes say what example number i is; `Self` is the derived class.
template <class Self, class E = Example<>>
class Dataset {
 public:
    using BatchType = std::vector<E>;

    virtual ~Dataset() = default;
    virtual E get(size_t index) = 0;
    virtual std::optional<size_t> size() const = 0;
    virtual BatchType get_batch(ArrayRef<size_t> indices) {
        BatchType batch;
        for (size_t index : indices) batch.push_back(get(index));
        return batch;
    }
    /// A copy of the data set whose batches go through the transform.
    template <class Transform>
    MapDataset<Self, Transform> map(Transform transform) const {
        return {static_cast<const Self&>(*this), std::move(transform)};
    }
};

template <class Source, class Transform>
class MapDataset {
 public:
    using BatchType = decltype(std::declval<Transform&>().apply_batch(std::declval<typename Source::BatchType>()));

    MapDataset(Source source, Transform transform) : source_(std::move(source)), transform_(std::move(transform)) {}

    std::optional<size_t> size() const { return source_.size(); }
    BatchType get_batch(ArrayRef<size_t> indices) { return transform_.apply_batch(source_.get_batch(indices)); }
    template <class Next>
    MapDataset<MapDataset, Next> map(Next transform) const {
        return {*this, std::move(transform)};
    }

 private:
    Source source_;
    Transform transform_;
};

/// Rows of two tensors: data and targets.
class TensorDataset : public Dataset<TensorDataset> {
 public:
    /// OpError unless both have as many rows.
    TensorDataset(Tensor data, Tensor targets) : data_(std::move(data)), targets_(std::move(targets)) {
        if (data_.size(0) != targets_.size(0)) throw OpError("Size mismatch between tensors");
    }
    Example<> get(size_t index) override {
        return {data_[static_cast<int64_t>(index)], targets_[static_cast<int64_t>(index)]};
    }
    std::optional<size_t> size() const override { return static_cast<size_t>(data_.size(0)); }

 private:
    Tensor data_, targets_;
};

}  // namespace datasets

namespace transforms {

/// A function of each example.
template <class E = Example<>, class Result = E>
class Lambda {
 public:
    explicit Lambda(std::function<Result(E)> function) : function_(std::move(function)) {}
    std::vector<Result> apply_batch(std::vector<E> examples) {
        std::vector<Result> results;
        for (E& example : examples) results.push_back(function_(std::move(example)));
        return results;
    }

 private:
    std::function<Result(E)> function_;
};

/// (data - mean) / stddev, each one number or one per channel, the first dimension of an example.
template <class Target = Tensor>
class Normalize {
 public:
    Normalize(ArrayRef<double> mean, ArrayRef<double> stddev) : mean_(column(mean)), stddev_(column(stddev)) {}
    std::vector<Example<Tensor, Target>> apply_batch(std::vector<Example<Tensor, Target>> examples) {
        for (auto& example : examples) example.data = (example.data - mean_) / stddev_;
        return examples;
    }

 private:
    static Tensor column(ArrayRef<double> values) { return tensor(values, kFloat32).view({-1, 1, 1}); }
    Tensor mean_, stddev_;
};

/// The examples of a batch as one, whose tensors have a first dimension more.
template <class E = Example<>>
class Stack {
 public:
    E apply_batch(const std::vector<E>& examples) {
        std::vector<Tensor> data, targets;
        for (const E& example : examples) {
            data.push_back(example.data);
            targets.push_back(example.target);
        }
        return {stack(data), stack(targets)};
    }
};

}  // namespace transforms

}  // namespace wick::data
