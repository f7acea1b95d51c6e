#pragma once
// Examples by number, and what is done to them on their way into a batch: torch::data::datasets and transforms.
//
//   struct Squares : wick::data::datasets::Dataset<Squares> {
//       wick::data::Example<> get(size_t i) override { … }
//       std::optional<size_t> size() const override { return 100; }
//   };
//   auto batches = Squares().map(wick::data::transforms::Stack<>());

#include <concepts>
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

/// The target of examples that have none.
struct NoTarget {};
template <class Data>
struct Example<Data, NoTarget> {
    Example() = default;
    Example(Data data) : data(std::move(data)) {}
    operator const Data&() const { return data; }
    Data data;
};
using TensorExample = Example<Tensor, NoTarget>;

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

/// Rows of a tensor, or of two: data and targets.
template <class Target = NoTarget>
class TensorDataset : public Dataset<TensorDataset<Target>, Example<Tensor, Target>> {
 public:
    explicit TensorDataset(Tensor data) requires std::same_as<Target, NoTarget> : data_(std::move(data)) {}
    /// OpError unless both have as many rows.
    TensorDataset(Tensor data, Target targets) : data_(std::move(data)), targets_(std::move(targets)) {
        if (data_.size(0) != targets_.size(0)) throw OpError("Size mismatch between tensors");
    }
    Example<Tensor, Target> get(size_t index) override {
        const auto row = static_cast<int64_t>(index);
        if constexpr (std::same_as<Target, NoTarget>)
            return data_[row];
        else
            return {data_[row], targets_[row]};
    }
    std::optional<size_t> size() const override { return static_cast<size_t>(data_.size(0)); }

 private:
    Tensor data_;
    Target targets_;
};
explicit TensorDataset(Tensor)->TensorDataset<NoTarget>;
TensorDataset(Tensor, Tensor)->TensorDataset<Tensor>;

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

/// What a class of one's own does to the data of each example, in operator().
template <class Target = Tensor>
class TensorTransform {
 public:
    virtual ~TensorTransform() = default;
    virtual Tensor operator()(Tensor data) = 0;
    std::vector<Example<Tensor, Target>> apply_batch(std::vector<Example<Tensor, Target>> examples) {
        for (auto& example : examples) example.data = (*this)(std::move(example.data));
        return examples;
    }
};

/// (data - mean) / stddev, each one number or one per channel, the first dimension of an example.
template <class Target = Tensor>
class Normalize : public TensorTransform<Target> {
 public:
    Normalize(ArrayRef<double> mean, ArrayRef<double> stddev) : mean_(column(mean)), stddev_(column(stddev)) {}
    Tensor operator()(Tensor data) override { return (data - mean_) / stddev_; }

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
            if constexpr (requires { example.target; }) targets.push_back(example.target);
        }
        if constexpr (requires(E example) { example.target; })
            return {stack(data), stack(targets)};
        else
            return stack(data);
    }
};

}  // namespace transforms

}  // namespace wick::data
