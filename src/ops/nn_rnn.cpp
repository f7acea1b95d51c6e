// Recurrent layers: LSTM, GRU and Elman networks (torch.nn.LSTM, GRU, RNN), their cells, and packed sequences.
//
// A batch of sequences is always held as PyTorch packs it: rows of step 0, rows of step 1, …, where step t has
// batch_sizes[t] rows and these numbers never grow; a padded batch has all steps equal. Row r of every step belongs to
// sequence r. The state of a sequence that has ended just stays; one that begins (backwards) starts from its initial
// state.
#include <algorithm>

#include <wick/support/parallel.h>

#include "kernels/nn_cells.h"
#include "ops/families.h"
#include "ops/linalg_product.h"
#include "ops/nn_common.h"
#include "ops/registry.h"

namespace wick::jit {

using namespace ops;

namespace {

enum class Cell { lstm, gru, tanh, relu };

constexpr int64_t gates_of(Cell cell) { return cell == Cell::lstm ? 4 : cell == Cell::gru ? 3 : 1; }

/// The parameters of one layer in one direction. Projection and biases may be undefined.
struct Weights {
    Tensor input, hidden, input_bias, hidden_bias, projection;
};

/// Rows of all steps.
struct Steps {
    std::vector<int64_t> sizes, offsets;
    int64_t rows = 0;
    void push(int64_t size) {
        sizes.push_back(size);
        offsets.push_back(rows);
        rows += size;
    }
};

/// h[batch, state] (and c[batch, hidden] of an LSTM), changed in place by run_direction.
struct State {
    Tensor h, c;
};

void check_weights(const Weights& w, Cell cell, int64_t features, const State& state) {
    const int64_t gates = gates_of(cell);
    WICK_CHECK(w.input.dim() == 2 && w.hidden.dim() == 2, "RNN weights must have 2 dimensions");
    const int64_t hidden = w.hidden.size(0) / gates;
    WICK_CHECK(w.input.size(1) == features, "input has inconsistent input_size: got {} expected {}", features,
               w.input.size(1));
    WICK_CHECK(w.hidden.size(0) == hidden * gates && w.input.size(0) == w.hidden.size(0),
               "RNN weights of sizes {} and {} do not fit each other", format_sizes(w.input.sizes()),
               format_sizes(w.hidden.sizes()));
    const int64_t width = w.projection.defined() ? w.projection.size(0) : hidden;
    WICK_CHECK(w.hidden.size(1) == width && (!w.projection.defined() || w.projection.size(1) == hidden),
               "RNN weights of sizes {} and {} do not fit each other", format_sizes(w.input.sizes()),
               format_sizes(w.hidden.sizes()));
    for (const Tensor* bias : {&w.input_bias, &w.hidden_bias}) {
        WICK_CHECK(!bias->defined() || bias->numel() == hidden * gates, "RNN bias has {} elements, expected {}",
                   bias->numel(), hidden * gates);
    }
    for (const Tensor* t : {&w.input, &w.hidden, &w.input_bias, &w.hidden_bias, &w.projection}) {
        WICK_CHECK(!t->defined() || t->dtype() == w.input.dtype(), "RNN weights must all have the same dtype");
    }
    WICK_CHECK(state.h.size(-1) == width, "hidden has inconsistent hidden_size: got {}, expected {}", state.h.size(-1),
               width);
    WICK_CHECK(!state.c.defined() || state.c.size(-1) == hidden,
               "cell state has inconsistent hidden_size: got {}, expected {}", state.c.size(-1), hidden);
}

/// The bias that joins the input's product: everything that is simply added to the gates. A GRU's hidden bias of the
/// new gate is not, since the reset gate multiplies it.
template <class T>
Tensor joint_bias(const Weights& w, Cell cell, int64_t hidden) {
    if (!w.input_bias.defined()) return Tensor();
    const Tensor a = compute_input(w.input_bias), b = compute_input(w.hidden_bias);
    const Tensor sum = empty(a.sizes(), a.dtype());
    T* to = sum.mutable_data<T>();
    const int64_t added = cell == Cell::gru ? 2 * hidden : a.numel();
    for (int64_t i = 0; i < a.numel(); ++i) to[i] = a.data<T>()[i] + (i < added ? b.data<T>()[i] : T(0));
    return sum;
}

/// c[rows, n] = beta c + x[rows, k] @ weight[n, k]^T, with the weight packed if that pays.
template <class T>
void times_weight(int64_t rows, const T* x, const Tensor& weight, const kernels::PackedMatrix<T>* packed, T beta,
                  T* c) {
    const int64_t n = weight.size(0), k = weight.size(1);
    if (packed && !kernels::gemm_prefers_unpacked(rows)) {
        kernels::gemm<T>(rows, T(1), {x, k, 1}, *packed, beta, c, n);
    } else {
        kernels::gemm<T>(rows, n, k, T(1), {x, k, 1}, {weight.data<T>(), 1, k}, beta, c, n);
    }
}

/// One direction of one layer over all steps; writes h of every row to out[row * out_stride …].
template <class T>
void run_direction(Cell cell, const Weights& w, const Tensor& x, const Steps& steps, bool backwards, const State& state,
                   T* out, int64_t out_stride) {
    const int64_t gates = gates_of(cell), hidden = w.hidden.size(0) / gates, width = state.h.size(-1);
    // The input's part of every step's gates in one product.
    const Tensor weight_ih = w.input.dtype() == x.dtype() ? w.input : compute_input(w.input);
    const Tensor pre = linear(x, weight_ih, joint_bias<T>(w, cell, hidden));
    T* gate_rows = pre.mutable_data<T>();
    const Tensor weight_hh = compute_input(w.hidden), projection = compute_input(w.projection);
    const int64_t batch = steps.sizes.empty() ? 0 : *std::max_element(steps.sizes.begin(), steps.sizes.end());
    const int64_t count = static_cast<int64_t>(steps.sizes.size());
    const bool wide = !kernels::gemm_prefers_unpacked(batch);
    const auto* packed_hh = wide ? packed_weight<T>(w.hidden, true, count) : nullptr;
    const auto* packed_hr = wide && projection.defined() ? packed_weight<T>(w.projection, true, count) : nullptr;
    const Tensor hidden_bias = compute_input(w.hidden_bias);
    const T* bias_n = cell == Cell::gru && hidden_bias.defined() ? hidden_bias.data<T>() + 2 * hidden : nullptr;
    std::vector<T> extra(static_cast<size_t>(cell == Cell::gru      ? batch * 3 * hidden
                                             : projection.defined() ? batch * hidden
                                                                    : 0));
    T* h = state.h.mutable_data<T>();
    T* c = state.c.defined() ? state.c.mutable_data<T>() : nullptr;
    for (int64_t i = 0; i < count; ++i) {
        const int64_t t = backwards ? count - 1 - i : i;
        const int64_t rows = steps.sizes[t];
        T* g = gate_rows + steps.offsets[t] * gates * hidden;
        times_weight<T>(rows, h, weight_hh, packed_hh, cell == Cell::gru ? T(0) : T(1),
                        cell == Cell::gru ? extra.data() : g);
        if (cell == Cell::gru) {
            kernels::gru_step<T>(rows, hidden, g, extra.data(), bias_n, h);
        } else if (cell != Cell::lstm) {
            kernels::rnn_step<T>(rows * hidden, g, h, cell == Cell::relu);
        } else if (projection.defined()) {
            kernels::lstm_step<T>(rows, hidden, g, c, extra.data());
            times_weight<T>(rows, extra.data(), projection, packed_hr, T(0), h);
        } else {
            kernels::lstm_step<T>(rows, hidden, g, c, h);
        }
        for (int64_t r = 0; r < rows; ++r) std::copy_n(h + r * width, width, out + (steps.offsets[t] + r) * out_stride);
    }
}

struct Network {
    Cell cell;
    const std::vector<Tensor>& params;
    bool has_biases;
    int64_t layers;
    double dropout;
    bool train;
    bool bidirectional;
};

struct Result {
    Tensor output, h, c;
};

/// x[rows, features], h0[layers * directions, batch, width], c0 likewise for an LSTM.
Result run_layers(const Network& net, Tensor x, const Steps& steps, const Tensor& h0, const Tensor& c0) {
    const int64_t directions = net.bidirectional ? 2 : 1;
    const int64_t batch = steps.sizes.empty() ? 0 : steps.sizes[0];
    WICK_CHECK(net.layers > 0 && net.layers < 100000, "Expected num_layers to be positive, got {}", net.layers);
    const size_t blocks = static_cast<size_t>(net.layers * directions);
    size_t per_block = net.has_biases ? 4 : 2;
    if (net.cell == Cell::lstm && net.params.size() == blocks * (per_block + 1)) ++per_block;
    const bool projected = per_block % 2 == 1;
    WICK_CHECK(net.params.size() == blocks * per_block, "got an incorrect number of RNN parameters: {}, expected {}",
               net.params.size(), blocks * per_block);
    for (const Tensor* state : {&h0, &c0}) {
        if (!state->defined()) continue;
        WICK_CHECK(state->dim() == 3 && state->size(0) == static_cast<int64_t>(blocks) && state->size(1) == batch,
                   "Expected hidden size ({}, {}, {}), got {}", blocks, batch, state->dim() == 3 ? state->size(2) : 0,
                   format_sizes(state->sizes()));
        WICK_CHECK(
            state->dtype() == x.dtype(),
            "Input and hidden tensors are not the same dtype, found input tensor with {} and hidden tensor with {}",
            name_of(x.dtype()), name_of(state->dtype()));
    }
    const DType dtype = x.dtype();
    x = compute_input(x);
    const Tensor h = clone(compute_input(h0), MemoryFormat::contiguous);
    const Tensor c = c0.defined() ? clone(compute_input(c0), MemoryFormat::contiguous) : Tensor();
    for (int64_t layer = 0; layer < net.layers; ++layer) {
        std::vector<Weights> weights;
        std::vector<State> states;
        int64_t width = h.size(2);
        for (int64_t d = 0; d < directions; ++d) {
            const size_t block = static_cast<size_t>(layer * directions + d);
            const Tensor* p = &net.params[block * per_block];
            weights.push_back(Weights{p[0], p[1], net.has_biases ? p[2] : Tensor(), net.has_biases ? p[3] : Tensor(),
                                      projected ? p[per_block - 1] : Tensor()});
            states.push_back(State{select(h, 0, static_cast<int64_t>(block)),
                                   c.defined() ? select(c, 0, static_cast<int64_t>(block)) : Tensor()});
            WICK_CHECK(compute_dtype(p[0].dtype()) == x.dtype() && p[0].dtype() == dtype,
                       "mat1 and mat2 must have the same dtype, but got {} and {}", scalar_name_of(dtype),
                       scalar_name_of(p[0].dtype()));
            check_weights(weights.back(), net.cell, x.size(1), states.back());
        }
        const Tensor out = empty({steps.rows, width * directions}, x.dtype());
        dispatch_float(x.dtype(), "rnn", [&]<class T>() {
            T* to = out.mutable_data<T>();
            const auto run = [&](int64_t begin, int64_t end) {
                for (int64_t d = begin; d < end; ++d)
                    run_direction<T>(net.cell, weights[d], x, steps, d == 1, states[d], to + d * width,
                                     width * directions);
            };
            // Two directions keep two threads busier than the small products of one step do.
            if (directions == 2 && max_threads() <= 4) {
                parallel_for(0, 2, 1, run);
            } else {
                run(0, directions);
            }
        });
        x = out;
        if (net.dropout > 0 && net.train && layer + 1 < net.layers)
            x = call_operator("aten::dropout", {x, net.dropout, true}).to_tensor();
    }
    return {to_dtype(x, dtype), to_dtype(h, dtype), c.defined() ? to_dtype(c, dtype) : Tensor()};
}

Result run_padded(const Network& net, const Tensor& input, const Tensor& h0, const Tensor& c0, bool batch_first) {
    WICK_CHECK(input.dim() == 3, "Expected 3-dimensional input, got {} dimensions", input.dim());
    const Tensor x = contiguous(batch_first ? transpose(input, 0, 1) : input);
    const int64_t length = x.size(0), batch = x.size(1);
    WICK_CHECK(length > 0, "Expected sequence length to be larger than 0 in RNN");
    Steps steps;
    for (int64_t t = 0; t < length; ++t) steps.push(batch);
    Result result = run_layers(net, view(x, {length * batch, x.size(2)}), steps, h0, c0);
    result.output = view(result.output, {length, batch, result.output.size(1)});
    if (batch_first) result.output = transpose(result.output, 0, 1);
    return result;
}

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

Result run_packed(const Network& net, const Tensor& data, const Tensor& batch_sizes, const Tensor& h0,
                  const Tensor& c0) {
    WICK_CHECK(data.dim() == 2, "Expected packed data of 2 dimensions, got {}", data.dim());
    return run_layers(net, data, read_batch_sizes(batch_sizes, data.size(0)), h0, c0);
}

using Pair = std::tuple<Tensor, Tensor>;
using Three = std::tuple<Tensor, Tensor, Tensor>;
using TensorList = std::vector<Tensor>;

void check_lstm_state(const TensorList& hx) { WICK_CHECK(hx.size() == 2, "lstm expects two hidden states"); }

Three lstm_input(const Tensor& input, const TensorList& hx, const TensorList& params, bool has_biases,
                 int64_t num_layers, double dropout, bool train, bool bidirectional, bool batch_first) {
    check_lstm_state(hx);
    const Network net{Cell::lstm, params, has_biases, num_layers, dropout, train, bidirectional};
    const Result r = run_padded(net, input, hx[0], hx[1], batch_first);
    return {r.output, r.h, r.c};
}

Three lstm_data(const Tensor& data, const Tensor& batch_sizes, const TensorList& hx, const TensorList& params,
                bool has_biases, int64_t num_layers, double dropout, bool train, bool bidirectional) {
    check_lstm_state(hx);
    const Network net{Cell::lstm, params, has_biases, num_layers, dropout, train, bidirectional};
    const Result r = run_packed(net, data, batch_sizes, hx[0], hx[1]);
    return {r.output, r.h, r.c};
}

template <Cell cell>
Pair rnn_input(const Tensor& input, const Tensor& hx, const TensorList& params, bool has_biases, int64_t num_layers,
               double dropout, bool train, bool bidirectional, bool batch_first) {
    const Network net{cell, params, has_biases, num_layers, dropout, train, bidirectional};
    const Result r = run_padded(net, input, hx, Tensor(), batch_first);
    return {r.output, r.h};
}

template <Cell cell>
Pair rnn_data(const Tensor& data, const Tensor& batch_sizes, const Tensor& hx, const TensorList& params,
              bool has_biases, int64_t num_layers, double dropout, bool train, bool bidirectional) {
    const Network net{cell, params, has_biases, num_layers, dropout, train, bidirectional};
    const Result r = run_packed(net, data, batch_sizes, hx, Tensor());
    return {r.output, r.h};
}

/// A cell is a layer with one step.
Result run_cell(Cell cell, const Tensor& input, const Tensor& h, const Tensor& c, const Tensor& w_ih,
                const Tensor& w_hh, const Tensor& b_ih, const Tensor& b_hh) {
    WICK_CHECK(input.dim() == 2 && h.dim() == 2, "Expected input and hidden state of 2 dimensions, got {} and {}",
               input.dim(), h.dim());
    WICK_CHECK(input.size(0) == h.size(0), "Input batch size {} doesn't match hidden batch size {}", input.size(0),
               h.size(0));
    WICK_CHECK(b_ih.defined() == b_hh.defined(), "RNN cell: expected both biases or none");
    TensorList params{w_ih, w_hh};
    if (b_ih.defined()) params.insert(params.end(), {b_ih, b_hh});
    Steps steps;
    steps.push(input.size(0));
    const Network net{cell, params, b_ih.defined(), 1, 0, false, false};
    Result r = run_layers(net, input, steps, unsqueeze(h, 0), c.defined() ? unsqueeze(c, 0) : Tensor());
    return {r.output, squeeze(r.h, 0), r.c.defined() ? squeeze(r.c, 0) : Tensor()};
}

Pair lstm_cell(const Tensor& input, const TensorList& hx, const Tensor& w_ih, const Tensor& w_hh, const Tensor& b_ih,
               const Tensor& b_hh) {
    check_lstm_state(hx);
    const Result r = run_cell(Cell::lstm, input, hx[0], hx[1], w_ih, w_hh, b_ih, b_hh);
    return {r.h, r.c};
}

template <Cell cell>
Tensor rnn_cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih, const Tensor& w_hh, const Tensor& b_ih,
                const Tensor& b_hh) {
    return run_cell(cell, input, hx, Tensor(), w_ih, w_hh, b_ih, b_hh).h;
}

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
                   "`enforce_sorted=False` to "
                   "pack_padded_sequence and/or pack_sequence to sidestep this requirement if you do not need ONNX "
                   "exportability.");
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

// What gradients go through: the same networks made of the operators of one step. The input's part of all steps' gates
// is one product; the state of a sequence that has ended stays.
static constexpr std::string_view kByParts = R"(
def rnn_by_parts(cell: str, input: Tensor, batch_sizes: Optional[Tensor], hx: List[Tensor], params: List[Tensor], has_biases: bool, num_layers: int, dropout: float, train: bool, bidirectional: bool, batch_first: bool) -> Tuple[Tensor, Tensor, Tensor]:
    directions = 2 if bidirectional else 1
    per_block = len(params) // (num_layers * directions)
    is_lstm = cell == "lstm"
    projected = is_lstm and per_block % 2 == 1
    if batch_sizes is None:
        x = input.transpose(0, 1) if batch_first else input
        sizes = [x.size(1)] * x.size(0)
        x = x.reshape([-1, x.size(2)])
    else:
        x = input
        counts: List[int] = batch_sizes.tolist()
        sizes = counts
    last_h: List[Tensor] = []
    last_c: List[Tensor] = []
    for layer in range(num_layers):
        sides: List[Tensor] = []
        for d in range(directions):
            block = layer * directions + d
            first = block * per_block
            w_hh = params[first + 1]
            b_ih: Optional[Tensor] = None
            b_hh: Optional[Tensor] = None
            if has_biases:
                b_ih = params[first + 2]
                b_hh = params[first + 3]
            gates = torch.split_with_sizes(torch.linear(x, params[first], b_ih), sizes)
            h = hx[0][block]
            c = hx[1][block] if is_lstm else h
            outputs: List[Tensor] = []
            for i in range(len(sizes)):
                t = len(sizes) - 1 - i if d == 1 else i
                n = sizes[t]
                before = h if n == h.size(0) else h[:n]
                now = before
                from_h = torch.linear(before, w_hh, b_hh)
                if is_lstm:
                    enter, forget, new, leave = torch.chunk(gates[t] + from_h, 4, 1)
                    cells = torch.sigmoid(forget) * (c if n == c.size(0) else c[:n]) + torch.sigmoid(enter) * torch.tanh(new)
                    now = torch.sigmoid(leave) * torch.tanh(cells)
                    if projected:
                        now = torch.linear(now, params[first + per_block - 1])
                    c = cells if n == c.size(0) else torch.cat([cells, c[n:]])
                elif cell == "gru":
                    r, z, new = torch.chunk(gates[t], 3, 1)
                    hr, hz, hn = torch.chunk(from_h, 3, 1)
                    fresh = torch.tanh(new + torch.sigmoid(r + hr) * hn)
                    now = fresh + torch.sigmoid(z + hz) * (before - fresh)
                elif cell == "rnn_tanh":
                    now = torch.tanh(gates[t] + from_h)
                else:
                    now = torch.relu(gates[t] + from_h)
                h = now if n == h.size(0) else torch.cat([now, h[n:]])
                outputs.append(now)
            if d == 1:
                outputs.reverse()
            sides.append(torch.cat(outputs))
            last_h.append(h)
            last_c.append(c)
        x = sides[0] if directions == 1 else torch.cat(sides, 1)
        if dropout > 0 and train and layer + 1 < num_layers:
            x = torch.dropout(x, dropout, True)
    if batch_sizes is None:
        x = x.reshape([len(sizes), sizes[0], x.size(1)])
        if batch_first:
            x = x.transpose(0, 1)
    return x, torch.stack(last_h), torch.stack(last_c)
)";

struct Texts {
    std::string_view input, data, cell;
};

#define WICK_RNN_TEXTS(name)                                                                                           \
    Texts {                                                                                                            \
        "def " name                                                                                                    \
        "(input: Tensor, hx: Tensor, params: List[Tensor], has_biases: bool, num_layers: int, dropout: float, train: " \
        "bool, bidirectional: bool, batch_first: bool) -> Tuple[Tensor, Tensor]:\n"                                    \
        "    output, h, c = ops.wick.rnn_by_parts(\"" name                                                             \
        "\", input, None, [hx], params, has_biases, num_layers, dropout, train, bidirectional, batch_first)\n"         \
        "    return output, h\n",                                                                                      \
            "def " name                                                                                                \
            "(data: Tensor, batch_sizes: Tensor, hx: Tensor, params: List[Tensor], has_biases: bool, num_layers: "     \
            "int, dropout: float, train: bool, bidirectional: bool) -> Tuple[Tensor, Tensor]:\n"                       \
            "    output, h, c = ops.wick.rnn_by_parts(\"" name                                                         \
            "\", data, batch_sizes, [hx], params, has_biases, num_layers, dropout, train, bidirectional, False)\n"     \
            "    return output, h\n",                                                                                  \
            "def " name                                                                                                \
            "_cell(input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Optional[Tensor], b_hh: "              \
            "Optional[Tensor]) -> Tensor:\n"                                                                           \
            "    params = [w_ih, w_hh]\n"                                                                              \
            "    if b_ih is not None and b_hh is not None:\n"                                                          \
            "        params = [w_ih, w_hh, b_ih, b_hh]\n"                                                              \
            "    return ops.wick.rnn_by_parts(\"" name                                                                 \
            "\", input.unsqueeze(0), None, [hx.unsqueeze(0)], params, b_ih is not None, 1, 0.0, False, False, "        \
            "False)[1].squeeze(0)\n"                                                                                   \
    }

void register_nn_rnn(Registry& ops) {
    ops.add(
           "wick::rnn_by_parts(str cell, Tensor input, Tensor? batch_sizes, Tensor[] hx, Tensor[] params, bool "
           "has_biases, int num_layers, float dropout, bool train, bool bidirectional, bool batch_first) -> (Tensor, "
           "Tensor, Tensor)")
        .composite(kByParts);
    ops.add(
           "aten::lstm.input(Tensor input, Tensor[] hx, Tensor[] params, bool has_biases, int num_layers, float "
           "dropout, bool train, "
           "bool bidirectional, bool batch_first) -> (Tensor, Tensor, Tensor)")
        .kernel(&lstm_input)
        .decomposition(R"(
def lstm(input: Tensor, hx: List[Tensor], params: List[Tensor], has_biases: bool, num_layers: int, dropout: float, train: bool, bidirectional: bool, batch_first: bool) -> Tuple[Tensor, Tensor, Tensor]:
    return ops.wick.rnn_by_parts("lstm", input, None, hx, params, has_biases, num_layers, dropout, train, bidirectional, batch_first)
)");
    ops.add(
           "aten::lstm.data(Tensor data, Tensor batch_sizes, Tensor[] hx, Tensor[] params, bool has_biases, int "
           "num_layers, float "
           "dropout, bool train, bool bidirectional) -> (Tensor, Tensor, Tensor)")
        .kernel(&lstm_data)
        .decomposition(R"(
def lstm(data: Tensor, batch_sizes: Tensor, hx: List[Tensor], params: List[Tensor], has_biases: bool, num_layers: int, dropout: float, train: bool, bidirectional: bool) -> Tuple[Tensor, Tensor, Tensor]:
    return ops.wick.rnn_by_parts("lstm", data, batch_sizes, hx, params, has_biases, num_layers, dropout, train, bidirectional, False)
)");
    const auto add_rnn = [&](std::string_view name, auto input, auto data, auto cell, std::string_view cell_name,
                             const Texts& texts) {
        ops.add(fmt::format("aten::{}.input(Tensor input, Tensor hx, Tensor[] params, bool has_biases, int num_layers, "
                            "float dropout, "
                            "bool train, bool bidirectional, bool batch_first) -> (Tensor, Tensor)",
                            name))
            .kernel(input)
            .decomposition(texts.input);
        ops.add(fmt::format("aten::{}.data(Tensor data, Tensor batch_sizes, Tensor hx, Tensor[] params, bool "
                            "has_biases, int num_layers, "
                            "float dropout, bool train, bool bidirectional) -> (Tensor, Tensor)",
                            name))
            .kernel(data)
            .decomposition(texts.data);
        ops.add(fmt::format("aten::{}(Tensor input, Tensor hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? "
                            "b_hh=None) -> Tensor",
                            cell_name))
            .kernel(cell)
            .decomposition(texts.cell);
    };
    add_rnn("gru", &rnn_input<Cell::gru>, &rnn_data<Cell::gru>, &rnn_cell<Cell::gru>, "gru_cell",
            WICK_RNN_TEXTS("gru"));
    add_rnn("rnn_tanh", &rnn_input<Cell::tanh>, &rnn_data<Cell::tanh>, &rnn_cell<Cell::tanh>, "rnn_tanh_cell",
            WICK_RNN_TEXTS("rnn_tanh"));
    add_rnn("rnn_relu", &rnn_input<Cell::relu>, &rnn_data<Cell::relu>, &rnn_cell<Cell::relu>, "rnn_relu_cell",
            WICK_RNN_TEXTS("rnn_relu"));
    ops.add(
           "aten::lstm_cell(Tensor input, Tensor[] hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? b_hh=None) "
           "-> (Tensor, "
           "Tensor)")
        .kernel(&lstm_cell)
        .decomposition(R"(
def lstm_cell(input: Tensor, hx: List[Tensor], w_ih: Tensor, w_hh: Tensor, b_ih: Optional[Tensor], b_hh: Optional[Tensor]) -> Tuple[Tensor, Tensor]:
    params = [w_ih, w_hh]
    if b_ih is not None and b_hh is not None:
        params = [w_ih, w_hh, b_ih, b_hh]
    output, h, c = ops.wick.rnn_by_parts("lstm", input.unsqueeze(0), None, [hx[0].unsqueeze(0), hx[1].unsqueeze(0)], params, b_ih is not None, 1, 0.0, False, False, False)
    return h.squeeze(0), c.squeeze(0)
)");
    ops.add("aten::_pack_padded_sequence(Tensor input, Tensor lengths, bool batch_first) -> (Tensor, Tensor)")
        .kernel(&pack_padded_sequence)
        .derivative("input",
                    "torch._pad_packed_sequence(grad0, result1, batch_first, 0, input.size(1 if batch_first else "
                    "0))[0]");
    ops.add(
           "aten::_pad_packed_sequence(Tensor data, Tensor batch_sizes, bool batch_first, Scalar padding_value, int "
           "total_length) -> "
           "(Tensor, Tensor)")
        .kernel(&pad_packed_sequence)
        .derivative("data", "torch._pack_padded_sequence(grad0, result1, batch_first)[0]");
}

#undef WICK_RNN_TEXTS

}  // namespace wick::jit
