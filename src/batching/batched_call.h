#pragma once
// A call of an operator on the tensors of one level, as its rule sees it.

#include <optional>
#include <string_view>
#include <vector>

#include "batching/levels.h"
#include "ops/registry.h"

namespace wick::batching {

using jit::Args;
using jit::Operator;

class BatchedCall {
 public:
    BatchedCall(const Operator& op, Args args, IValue* results, int64_t level)
        : op(op), args(args), level(level), size(size_of(level)), results_(results) {}

    const Operator& op;
    const Args args;
    const int64_t level;
    const int64_t size;  ///< how many tensors

    /// Position of the argument; OpError where the operator has none of the name.
    size_t at(std::string_view name) const;
    bool has(std::string_view name) const { return op.schema().find_argument(name) >= 0; }
    const IValue& argument(std::string_view name) const { return args[at(name)]; }

    static bool is_tensor(const IValue& value) { return value.is_tensor() && value.tensor_ref().defined(); }
    /// Whether the tensor, or one in the list, is another one for each.
    bool is_batched(const IValue& value) const;
    /// How many dimensions each has.
    static int64_t rank(const IValue& value) { return value.tensor_ref().dim(); }
    /// The largest of the tensors among the arguments.
    int64_t largest_rank() const;

    /// The tensor as it is for calls one level further out: all along the first dimension, or what is the same for all.
    Tensor value(const IValue& tensor) const;
    /// As above, always along the first dimension.
    Tensor all(const IValue& tensor) const { return gathered(tensor.to_tensor(), level); }
    /// `value` with dimensions of one before those that each has, up to `rank`.
    Tensor aligned(const IValue& tensor, int64_t rank) const;
    /// The arguments with `all` tensors, those in lists too.
    std::vector<IValue> all_arguments() const;

    /// Calls an operator one level further out.
    static void call(const Operator& op, std::vector<IValue>& arguments, IValue* results);
    /// The operator's results one level further out are those of the call, along the dimension.
    void give(std::vector<IValue> arguments, int64_t dim = 0) { give_of(op, std::move(arguments), dim); }
    void give_of(const Operator& op, std::vector<IValue> arguments, int64_t dim = 0);
    void give(size_t number, const Tensor& value, int64_t dim = 0) {
        results_[number] = IValue(batched(value, dim, level));
    }
    /// A result that may be a list, or none.
    void give(size_t number, const IValue& value, int64_t dim = 0);
    /// The result is what it is.
    void give_as_is(size_t number, IValue value) { results_[number] = std::move(value); }
    IValue* results() const { return results_; }
    size_t result_count() const { return std::max<size_t>(op.schema().returns.size(), 1); }

 private:
    IValue* const results_;
};

/// An operator by its name and overload; InternalError where there is none.
const Operator& operator_named(std::string_view name);

}  // namespace wick::batching
