// Packed sequences (torch.nn.utils.rnn): the rows of a padded batch that exist, step by step.

#include <algorithm>

#include "ops/nn_common.h"
#include "ops/nn_rnn.h"

namespace wick::jit {

using namespace ops;

Steps read_batch_sizes(const Tensor& batch_sizes, int64_t rows) {
    WICK_CHECK(batch_sizes.dim() == 1 && batch_sizes.dtype() == DType::int64,
               "batch_sizes should be a 1-D int64 tensor");
    const Tensor sizes = contiguous(batch_sizes);
    Steps steps;
    for (int64_t t = 0; t < sizes.numel(); ++t) {
        const int64_t size = sizes.data<int64_t>()[t];
        WICK_CHECK(size > 0 && size <= (t == 0 ? rows : steps.sizes.back()),
                   "batch_sizes must be positive and must not grow, got {} at step {}", size, t);
        steps.push(size);
        WICK_CHECK(steps.rows <= rows, "batch_sizes stand for more rows than the data has ({})", rows);
    }
    WICK_CHECK(steps.rows == rows, "batch_sizes stand for {} rows, but the data has {}", steps.rows, rows);
    return steps;
}

namespace {

using Pair = std::tuple<Tensor, Tensor>;

/// input[T, B, …] (or [B, T, …]) and falling lengths[B] → the rows that exist, and the number of them in each step.
Pair pack_padded_sequence(const Tensor& input, const Tensor& lengths, bool batch_first) {
    WICK_CHECK(lengths.dim() == 1 && lengths.dtype() == DType::int64,
               "'lengths' argument should be a 1D CPU int64 tensor, but got {}D {} tensor", lengths.dim(),
               scalar_name_of(lengths.dtype()));
    WICK_CHECK(input.dim() >= 2, "Cannot pack empty tensors.");
    const Tensor x = contiguous(batch_first ? transpose(input, 0, 1) : input), len = contiguous(lengths);
    const int64_t time = x.size(0), batch = x.size(1);
    WICK_CHECK(len.numel() == batch, "Expected `len(lengths)` to be equal to batch_size, but got {} (batch_size={})",
               len.numel(), batch);
    WICK_CHECK(batch > 0, "Cannot pack empty tensors.");
    const int64_t* n = len.data<int64_t>();
    int64_t rows = 0;
    for (int64_t b = 0; b < batch; ++b) {
        WICK_CHECK(n[b] > 0,
                   "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0");
        WICK_CHECK(n[b] <= time, "start (0) + length ({}) exceeds dimension size ({}).", n[b], time);
        WICK_CHECK(b == 0 || n[b] <= n[b - 1],
                   "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass "
                   "`enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement "
                   "if you do not need ONNX exportability.");
        rows += n[b];
    }
    const Tensor batch_sizes = empty({n[0]}, DType::int64);
    DimVector sizes{rows};
    for (int64_t d = 2; d < x.dim(); ++d) sizes.push_back(x.size(d));
    const Tensor data = empty(sizes, x.dtype());
    const size_t bytes = static_cast<size_t>(x.nbytes() / (time * batch));
    const char* from = static_cast<const char*>(x.data_ptr());
    char* to = static_cast<char*>(data.mutable_data_ptr());
    int64_t living = batch;
    for (int64_t t = 0; t < n[0]; ++t) {
        while (n[living - 1] <= t) --living;
        batch_sizes.mutable_data<int64_t>()[t] = living;
        to = std::copy_n(from + t * batch * bytes, living * bytes, to);
    }
    return {data, batch_sizes};
}

Pair pad_packed_sequence(const Tensor& data, const Tensor& batch_sizes, bool batch_first, Scalar padding_value,
                         int64_t total_length) {
    WICK_CHECK(data.dim() >= 1, "Expected packed data of at least 1 dimension");
    const Steps steps = read_batch_sizes(batch_sizes, data.size(0));
    WICK_CHECK(!steps.sizes.empty(), "Expected batch_sizes with at least one element");
    const int64_t batch = steps.sizes[0];
    int64_t time = static_cast<int64_t>(steps.sizes.size());
    if (total_length > 0) {
        WICK_CHECK(total_length >= time,
                   "Expected total_length to be at least the length of the longest sequence in input, but got "
                   "total_length={} and max sequence length being {}",
                   total_length, time);
        time = total_length;
    }
    DimVector sizes{time, batch};
    for (int64_t d = 1; d < data.dim(); ++d) sizes.push_back(data.size(d));
    const Tensor x = contiguous(data), out = full(sizes, padding_value, data.dtype()),
                 lengths = zeros({batch}, DType::int64);
    const int64_t bytes = x.nbytes() / std::max<int64_t>(1, x.size(0));
    const char* from = static_cast<const char*>(x.data_ptr());
    char* to = static_cast<char*>(out.mutable_data_ptr());
    int64_t* len = lengths.mutable_data<int64_t>();
    for (size_t t = 0; t < steps.sizes.size(); ++t) {
        std::copy_n(from + steps.offsets[t] * bytes, steps.sizes[t] * bytes,
                    to + static_cast<int64_t>(t) * batch * bytes);
        for (int64_t b = 0; b < steps.sizes[t]; ++b) ++len[b];
    }
    return {batch_first ? transpose(out, 0, 1) : out, lengths};
}

}  // namespace

void register_packed_sequences(Registry& ops) {
    ops.add("aten::_pack_padded_sequence(Tensor input, Tensor lengths, bool batch_first) -> (Tensor, Tensor)")
        .kernel(&pack_padded_sequence)
        .derivative(
            "input",
            "torch._pad_packed_sequence(grad0, result1, batch_first, 0, input.size(1 if batch_first else 0))[0]");
    ops.add(
           "aten::_pad_packed_sequence(Tensor data, Tensor batch_sizes, bool batch_first, Scalar padding_value, int "
           "total_length) -> (Tensor, Tensor)")
        .kernel(&pad_packed_sequence)
        .derivative("data", "torch._pack_padded_sequence(grad0, result1, batch_first)[0]");
}

}  // namespace wick::jit
