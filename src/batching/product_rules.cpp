// Products of matrices and vectors, linear layers and convolutions: the batch is folded into rows where the other side
// is the same for all, else it is a batch of products, or of groups.

#include <algorithm>

#include <wick/support/check.h>

#include "batching/rules.h"
#include "ops/recorded.h"

namespace wick::batching {

using namespace ops;

namespace {

/// One side of a product as a stack of matrices that has `rank` dimensions for each.
Tensor stacked(const BatchedCall& call, const IValue& side, int64_t vector_dim, int64_t rank) {
    Tensor found = call.value(side);
    if (BatchedCall::rank(side) == 1) found = recorded::unsqueeze(found, vector_dim);
    if (!call.is_batched(side)) return found;
    DimVector sizes(found.sizes());
    while (static_cast<int64_t>(sizes.size()) <= rank) sizes.insert(1, 1);
    return recorded::reshape(found, sizes);
}

void batch_matmul(BatchedCall& call) {
    const IValue &left = call.args[0], &right = call.args[1];
    const int64_t left_rank = BatchedCall::rank(left), right_rank = BatchedCall::rank(right);
    WICK_CHECK(left_rank >= 1 && right_rank >= 1,
               "both arguments to matmul need to be at least 1D, but they are {}D and {}D", left_rank, right_rank);
    // Rows of all tensors times one matrix.
    if (!call.is_batched(right) && left_rank == 1 && right_rank <= 2)
        return call.give(0, recorded::matmul(call.all(left), call.value(right)));
    if (!call.is_batched(left) && right_rank == 1 && left_rank <= 2) {
        const Tensor matrix = call.value(left);
        const Tensor turned = left_rank == 1 ? matrix : recorded::transpose(matrix, 0, 1);
        return call.give(0, recorded::matmul(call.all(right), turned));
    }
    const int64_t rank = std::max<int64_t>({2, left_rank, right_rank});
    Tensor product = recorded::matmul(stacked(call, left, -2, rank), stacked(call, right, -1, rank));
    if (left_rank == 1) product = recorded::squeeze(product, -2);
    if (right_rank == 1) product = recorded::squeeze(product, -1);
    call.give(0, product);
}

void batch_linear(BatchedCall& call) {
    const IValue &input = call.argument("input"), &weight = call.argument("weight"), &bias = call.argument("bias");
    const int64_t rank = BatchedCall::rank(input);
    // One product for all, unless the weight is another one for each.
    if (!call.is_batched(weight) && !call.is_batched(bias)) return call.give({IValue(call.all(input)), weight, bias});
    if (BatchedCall::rank(weight) != 2) return batch_by_loop(call);
    const int64_t stacks = std::max<int64_t>(rank, 2);
    Tensor result = recorded::matmul(stacked(call, input, -2, stacks),
                                     recorded::transpose(stacked(call, weight, 0, stacks), -2, -1));
    if (BatchedCall::is_tensor(bias)) result = recorded::add(result, call.aligned(bias, stacks));
    call.give(0, rank == 1 ? recorded::squeeze(result, -2) : result);
}

// ---- convolutions

struct Convolution {
    explicit Convolution(BatchedCall& call) : call(call), dims(BatchedCall::rank(call.argument("weight")) - 2) {}
    BatchedCall& call;
    const int64_t dims;  ///< of space
    bool has_samples(const IValue& input) const { return BatchedCall::rank(input) == dims + 2; }

    /// (samples, batch * channels, …)
    Tensor groups(const IValue& input) const {
        Tensor all = call.all(input);
        if (!has_samples(input)) all = recorded::unsqueeze(all, 1);
        return recorded::call("aten::flatten.using_ints", recorded::transpose(all, 0, 1), int64_t{1}, int64_t{2});
    }
    Tensor flat(const IValue& tensor) const {
        return recorded::call("aten::flatten.using_ints", call.all(tensor), int64_t{0}, int64_t{1});
    }
    /// Of such a result: the batch is dimension 1.
    Tensor apart(const Tensor& result, int64_t dim) const {
        return recorded::call("aten::unflatten.int", result, dim, std::vector<int64_t>{call.size, -1});
    }
    std::vector<IValue> arguments() const {
        std::vector<IValue> found;
        for (size_t i = 0; i < call.args.size(); ++i) found.push_back(call.args[i]);
        return found;
    }
};

/// A layer for each: groups of one convolution.
void batch_grouped_convolution(const Convolution& conv) {
    BatchedCall& call = conv.call;
    const IValue& input = call.argument("input");
    std::vector<IValue> arguments = conv.arguments();
    arguments[call.at("input")] = conv.groups(input);
    arguments[call.at("weight")] = conv.flat(call.argument("weight"));
    const size_t bias = call.at("bias"), groups = call.at("groups");
    if (BatchedCall::is_tensor(call.args[bias])) arguments[bias] = conv.flat(call.args[bias]);
    arguments[groups] = call.args[groups].to_int() * call.size;
    IValue found;
    BatchedCall::call(call.op, arguments, &found);
    const Tensor result = conv.apart(found.to_tensor(), 1);
    call.give(0, conv.has_samples(input) ? result : recorded::squeeze(result, 0), conv.has_samples(input) ? 1 : 0);
}

void batch_convolution(BatchedCall& call) {
    const Convolution conv(call);
    const IValue &input = call.argument("input"), &bias = call.argument("bias");
    if (call.is_batched(call.argument("weight")) || call.is_batched(bias)) return batch_grouped_convolution(conv);
    std::vector<IValue> arguments = conv.arguments();
    if (!conv.has_samples(input)) {
        arguments[call.at("input")] = call.all(input);
        return call.give(std::move(arguments));
    }
    arguments[call.at("input")] = conv.flat(input);
    IValue found;
    BatchedCall::call(call.op, arguments, &found);
    call.give(0, conv.apart(found.to_tensor(), 0));
}

/// The gradients of groups, or of samples where the input's alone is wanted.
void batch_convolution_backward(BatchedCall& call) {
    const Convolution conv(call);
    const IValue &grad = call.argument("grad_output"), &input = call.argument("input"),
                 &weight = call.argument("weight");
    std::vector<IValue> arguments = conv.arguments(), found(3);
    const std::vector<IValue> mask = snapshot(call.argument("output_mask").to_list())->items;
    const bool of_samples =
        !mask[1].to_bool() && !mask[2].to_bool() && !call.is_batched(weight) && conv.has_samples(grad);
    if (of_samples) {
        arguments[call.at("grad_output")] = conv.flat(grad);
        arguments[call.at("input")] = conv.flat(input);
        BatchedCall::call(call.op, arguments, found.data());
        call.give(0, conv.apart(found[0].to_tensor(), 0));
        call.give_as_is(1, IValue());
        return call.give_as_is(2, IValue());
    }
    arguments[call.at("grad_output")] = conv.groups(grad);
    arguments[call.at("input")] = conv.groups(input);
    arguments[call.at("weight")] = conv.flat(weight);
    const IValue& bias_sizes = call.argument("bias_sizes");
    if (!bias_sizes.is_none())
        arguments[call.at("bias_sizes")] = std::vector<int64_t>{bias_sizes.to_int_vector().at(0) * call.size};
    arguments[call.at("groups")] = call.argument("groups").to_int() * call.size;
    BatchedCall::call(call.op, arguments, found.data());
    for (size_t i = 0; i < 3; ++i) {
        if (!BatchedCall::is_tensor(found[i])) {
            call.give_as_is(i, IValue());
        } else if (i > 0) {
            call.give(i, conv.apart(found[i].to_tensor(), 0));
        } else {
            const Tensor result = conv.apart(found[0].to_tensor(), 1);
            call.give(0, conv.has_samples(input) ? result : recorded::squeeze(result, 0),
                      conv.has_samples(input) ? 1 : 0);
        }
    }
}

}  // namespace

const std::vector<RuleRow> kProductRules = {
    {&batch_matmul, "aten::matmul aten::linalg_matmul aten::mm aten::bmm aten::mv aten::dot"},
    {&batch_linear, "aten::linear"},
    {&batch_convolution,
     "aten::conv1d aten::conv2d aten::conv3d aten::convolution aten::_convolution aten::conv_transpose1d "
     "aten::conv_transpose2d.input aten::conv_transpose3d.input"},
    {&batch_convolution_backward, "aten::convolution_backward"},
};

}  // namespace wick::batching
