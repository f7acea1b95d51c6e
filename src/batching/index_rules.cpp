// What is picked by tensors of indices.

#include <wick/support/check.h>

#include "batching/rules.h"
#include "ops/recorded.h"
#include "ops/tensor_ops.h"

namespace wick::batching {

using namespace ops;

namespace {

Tensor numbers(int64_t count, int64_t step, int64_t rank) {
    DimVector sizes(static_cast<size_t>(rank), 1);
    sizes[0] = count;
    return recorded::reshape(recorded::multiply(ops::arange(count), Scalar(step)), sizes);
}

// ---- x[i, j]

/// The indices of a call: which dimensions they pick from and what they come to.
struct Picks {
    Picks(const BatchedCall& call, const IValue& list) : items(snapshot(list.to_list())->items) {
        int64_t last = -1;
        for (size_t d = 0; d < items.size(); ++d) {
            if (!BatchedCall::is_tensor(items[d])) continue;
            if (items[d].tensor_ref().dtype() == DType::bool_) has_mask = true;
            rank = std::max(rank, BatchedCall::rank(items[d]));
            is_batched |= call.is_batched(items[d]);
            if (first < 0) first = static_cast<int64_t>(d);
            is_adjacent &= last < 0 || last + 1 == static_cast<int64_t>(d);
            last = static_cast<int64_t>(d);
        }
    }
    std::vector<IValue> items;
    int64_t first = -1;  ///< dimension that is picked from
    int64_t rank = 0;    ///< of the indices, broadcast
    bool is_adjacent = true;
    bool is_batched = false, has_mask = false;
    /// Where the dimensions of the indices stand among those of each result.
    int64_t place() const { return is_adjacent ? first : 0; }

    /// One index more in front, which says of which tensor: its result's dimensions are the batch, those of the
    /// indices, the others.
    IValue with_batch(const BatchedCall& call) const {
        std::vector<IValue> all{IValue(numbers(call.size, 1, rank + 1))};
        for (const IValue& item : items)
            all.push_back(BatchedCall::is_tensor(item) ? IValue(call.aligned(item, rank)) : item);
        return IValue(make_list(jit::optional_type(jit::tensor_type()), std::move(all)));
    }
};

/// Moves `count` dimensions from one place to another.
Tensor moved(const Tensor& self, int64_t count, int64_t from, int64_t to) {
    if (count == 0 || from == to) return self;
    std::vector<int64_t> source, destination;
    for (int64_t d = 0; d < count; ++d) {
        source.push_back(from + d);
        destination.push_back(to + d);
    }
    return recorded::call("aten::movedim.intlist", self, source, destination);
}

void batch_index(BatchedCall& call) {
    const Picks picks(call, call.args[1]);
    WICK_CHECK(!picks.has_mask || !picks.is_batched,
               "vmap: It looks like you're attempting to use a Tensor in some data-dependent control flow. We don't "
               "support that yet, please shout over at https://github.com/pytorch/functorch/issues/257 .");
    if (picks.has_mask || picks.first < 0) return batch_by_loop(call);
    if (!picks.is_batched) {
        std::vector<IValue> shifted = picks.items;
        shifted.insert(shifted.begin(), IValue());
        const Tensor found =
            recorded::call("aten::index.Tensor", call.all(call.args[0]),
                           IValue(make_list(jit::optional_type(jit::tensor_type()), std::move(shifted))));
        // Indices apart from one another put their dimensions before that of the batch.
        return call.give(0, found, picks.is_adjacent ? 0 : picks.rank);
    }
    const Tensor found = recorded::call("aten::index.Tensor", call.all(call.args[0]), picks.with_batch(call));
    call.give(0, moved(found, picks.rank, 1, 1 + picks.place()));
}

void batch_index_put(BatchedCall& call) {
    const Picks picks(call, call.args[1]);
    if (picks.has_mask || picks.first < 0) return batch_by_loop(call);
    int64_t picked = 0;
    for (const IValue& item : picks.items) picked += BatchedCall::is_tensor(item);
    const int64_t rank = BatchedCall::rank(call.args[0]) - picked + picks.rank;
    std::vector<IValue> arguments = call.all_arguments();
    arguments[1] = picks.with_batch(call);
    DimVector sizes(arguments[2].tensor_ref().sizes());
    WICK_CHECK(static_cast<int64_t>(sizes.size()) <= rank + 1,
               "shape mismatch: value tensor of shape {} cannot be broadcast to indexing result of {} dimensions",
               format_sizes(call.args[2].tensor_ref().sizes()), rank);
    while (static_cast<int64_t>(sizes.size()) <= rank) sizes.insert(1, 1);
    arguments[2] = moved(recorded::reshape(arguments[2].to_tensor(), sizes), picks.rank, 1 + picks.place(), 1);
    call.give(std::move(arguments));
}

// ---- rows of a table

void batch_embedding(BatchedCall& call) {
    const IValue &weight = call.argument("weight"), &indices = call.argument("indices");
    std::vector<IValue> arguments = call.all_arguments();
    if (!call.is_batched(weight)) {
        arguments[call.at("weight")] = weight;
        return call.give(std::move(arguments));
    }
    if (call.argument("padding_idx").to_int() >= 0 || call.argument("scale_grad_by_freq").to_bool())
        return batch_by_loop(call);
    // One table of all, with numbers that go on.
    const int64_t rows = weight.tensor_ref().size(0);
    arguments[call.at("weight")] = recorded::call("aten::flatten.using_ints", call.all(weight), int64_t{0}, int64_t{1});
    arguments[call.at("indices")] =
        recorded::add(call.all(indices), numbers(call.size, rows, BatchedCall::rank(indices) + 1));
    call.give(std::move(arguments));
}

void batch_embedding_backward(BatchedCall& call) {
    const int64_t rows = call.argument("num_weights").to_int();
    if (call.argument("padding_idx").to_int() >= 0 || call.argument("scale_grad_by_freq").to_bool())
        return batch_by_loop(call);
    std::vector<IValue> arguments = call.all_arguments();
    const IValue& indices = call.argument("indices");
    arguments[call.at("indices")] =
        recorded::add(call.all(indices), numbers(call.size, rows, BatchedCall::rank(indices) + 1));
    arguments[call.at("num_weights")] = rows * call.size;
    IValue found;
    BatchedCall::call(call.op, arguments, &found);
    call.give(
        0, recorded::call("aten::unflatten.int", found.to_tensor(), int64_t{0}, std::vector<int64_t>{call.size, rows}));
}

/// An index for each element, for operators that take one for each slice.
Tensor for_each_element(const BatchedCall& call, const IValue& index, int64_t dim, const Tensor& like) {
    Tensor found = call.all(index);
    DimVector sizes(like.sizes().size(), 1);
    sizes[0] = call.size;
    sizes[static_cast<size_t>(dim)] = found.dim() > 1 ? found.size(1) : 1;
    DimVector full(like.sizes());
    full[static_cast<size_t>(dim)] = sizes[static_cast<size_t>(dim)];
    return recorded::expand(recorded::reshape(found, sizes), full);
}

void batch_index_select(BatchedCall& call) {
    const IValue &self = call.args[0], &index = call.argument("index");
    const int64_t rank = BatchedCall::rank(self);
    const int64_t dim = wrap_dim(call.argument("dim").to_int(), rank);
    if (rank == 0) return batch_by_loop(call);
    if (!call.is_batched(index)) {
        std::vector<IValue> arguments = call.all_arguments();
        arguments[call.at("dim")] = dim + 1;
        arguments[call.at("index")] = index;
        return call.give(std::move(arguments));
    }
    if (!call.is_batched(self)) {
        const Tensor all = call.all(index);
        const Tensor found = recorded::call("aten::index_select", self, dim, recorded::reshape(all, {-1}));
        return call.give(0,
                         recorded::call("aten::unflatten.int", found, dim,
                                        std::vector<int64_t>{call.size, all.dim() > 1 ? all.size(1) : 1}),
                         dim);
    }
    const Tensor all = call.all(self);
    call.give(0, recorded::call("aten::gather", all, dim + 1, for_each_element(call, index, dim + 1, all)));
}

/// index_add and index_copy, by scatter_add and scatter.
void batch_index_write(BatchedCall& call) {
    const int64_t rank = BatchedCall::rank(call.args[0]);
    if (rank == 0 || BatchedCall::rank(call.argument("source")) != rank) return batch_by_loop(call);
    const int64_t dim = wrap_dim(call.argument("dim").to_int(), rank) + 1;
    const bool adds = call.op.name == "aten::index_add";
    Tensor source = call.all(call.argument("source"));
    const Tensor index = for_each_element(call, call.argument("index"), dim, source);
    if (adds) source = recorded::multiply(source, call.argument("alpha").to_scalar());
    call.give(0, recorded::call(adds ? "aten::scatter_add" : "aten::scatter.src", call.all(call.args[0]), dim, index,
                                source));
}

void batch_index_fill(BatchedCall& call) {
    const int64_t rank = BatchedCall::rank(call.args[0]);
    if (rank == 0) return batch_by_loop(call);
    const int64_t dim = wrap_dim(call.argument("dim").to_int(), rank) + 1;
    const Tensor all = call.all(call.args[0]);
    call.give(0, recorded::call("aten::scatter.value", all, dim,
                                for_each_element(call, call.argument("index"), dim, all), call.argument("value")));
}

}  // namespace

const std::vector<RuleRow> kIndexRules = {
    {&batch_index, "aten::index.Tensor aten::index.Tensor_hacked_twin aten::_unsafe_index.Tensor"},
    {&batch_index_put, "aten::index_put aten::index_put_"},
    {&batch_embedding, "aten::embedding"},
    {&batch_embedding_backward, "aten::embedding_dense_backward"},
    {&batch_index_select, "aten::index_select"},
    {&batch_index_write, "aten::index_add aten::index_copy"},
    {&batch_index_fill, "aten::index_fill.int_Scalar"},
};

}  // namespace wick::batching
