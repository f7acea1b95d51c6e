// Recurrent layers: LSTM, GRU and Elman networks (torch.nn.LSTM, GRU, RNN), and their cells.

#include "ops/nn_rnn.h"

#include <algorithm>

#include <wick/support/parallel.h>

#include "kernels/nn_cells.h"
#include "ops/families.h"
#include "ops/linalg_product.h"
#include "ops/nn_common.h"

namespace wick::jit {

using namespace ops;

namespace {

enum class Cell { lstm, gru, tanh, relu };

constexpr int64_t gates_of(Cell cell) { return cell == Cell::lstm ? 4 : cell == Cell::gru ? 3 : 1; }

/// The parameters of one layer in one direction. Projection and biases may be undefined.
struct Weights {
    Tensor input, hidden, input_bias, hidden_bias, projection;
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

/// The operators of a network whose state is one tensor; `name` is PyTorch's, and what rnn_by_parts calls the cell.
template <Cell cell>
void add_rnn(Registry& ops, std::string_view name) {
    // The registry refers to the texts.
    static const std::string input = fmt::format(R"(
def {0}(input: Tensor, hx: Tensor, params: List[Tensor], has_biases: bool, num_layers: int, dropout: float, train: bool, bidirectional: bool, batch_first: bool) -> Tuple[Tensor, Tensor]:
    output, h, c = ops.wick.rnn_by_parts("{0}", input, None, [hx], params, has_biases, num_layers, dropout, train, bidirectional, batch_first)
    return output, h
)",
                                                 name);
    static const std::string data = fmt::format(R"(
def {0}(data: Tensor, batch_sizes: Tensor, hx: Tensor, params: List[Tensor], has_biases: bool, num_layers: int, dropout: float, train: bool, bidirectional: bool) -> Tuple[Tensor, Tensor]:
    output, h, c = ops.wick.rnn_by_parts("{0}", data, batch_sizes, [hx], params, has_biases, num_layers, dropout, train, bidirectional, False)
    return output, h
)",
                                                name);
    static const std::string one_step = fmt::format(R"(
def {0}_cell(input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Optional[Tensor], b_hh: Optional[Tensor]) -> Tensor:
    params = [w_ih, w_hh]
    if b_ih is not None and b_hh is not None:
        params = [w_ih, w_hh, b_ih, b_hh]
    return ops.wick.rnn_by_parts("{0}", input.unsqueeze(0), None, [hx.unsqueeze(0)], params, b_ih is not None, 1, 0.0, False, False, False)[1].squeeze(0)
)",
                                                    name);
    ops.add(fmt::format("aten::{}.input(Tensor input, Tensor hx, Tensor[] params, bool has_biases, int num_layers, "
                        "float dropout, bool train, bool bidirectional, bool batch_first) -> (Tensor, Tensor)",
                        name))
        .kernel(&rnn_input<cell>)
        .decomposition(input);
    ops.add(fmt::format("aten::{}.data(Tensor data, Tensor batch_sizes, Tensor hx, Tensor[] params, bool has_biases, "
                        "int num_layers, float dropout, bool train, bool bidirectional) -> (Tensor, Tensor)",
                        name))
        .kernel(&rnn_data<cell>)
        .decomposition(data);
    ops.add(fmt::format("aten::{}_cell(Tensor input, Tensor hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? "
                        "b_hh=None) -> Tensor",
                        name))
        .kernel(&rnn_cell<cell>)
        .decomposition(one_step);
}

}  // namespace

void register_nn_rnn(Registry& ops) {
    register_rnn_by_parts(ops);
    register_packed_sequences(ops);
    ops.add(
           "aten::lstm.input(Tensor input, Tensor[] hx, Tensor[] params, bool has_biases, int num_layers, float "
           "dropout, bool train, bool bidirectional, bool batch_first) -> (Tensor, Tensor, Tensor)")
        .kernel(&lstm_input)
        .decomposition(R"(
def lstm(input: Tensor, hx: List[Tensor], params: List[Tensor], has_biases: bool, num_layers: int, dropout: float, train: bool, bidirectional: bool, batch_first: bool) -> Tuple[Tensor, Tensor, Tensor]:
    return ops.wick.rnn_by_parts("lstm", input, None, hx, params, has_biases, num_layers, dropout, train, bidirectional, batch_first)
)");
    ops.add(
           "aten::lstm.data(Tensor data, Tensor batch_sizes, Tensor[] hx, Tensor[] params, bool has_biases, int "
           "num_layers, float dropout, bool train, bool bidirectional) -> (Tensor, Tensor, Tensor)")
        .kernel(&lstm_data)
        .decomposition(R"(
def lstm(data: Tensor, batch_sizes: Tensor, hx: List[Tensor], params: List[Tensor], has_biases: bool, num_layers: int, dropout: float, train: bool, bidirectional: bool) -> Tuple[Tensor, Tensor, Tensor]:
    return ops.wick.rnn_by_parts("lstm", data, batch_sizes, hx, params, has_biases, num_layers, dropout, train, bidirectional, False)
)");
    add_rnn<Cell::gru>(ops, "gru");
    add_rnn<Cell::tanh>(ops, "rnn_tanh");
    add_rnn<Cell::relu>(ops, "rnn_relu");
    ops.add(
           "aten::lstm_cell(Tensor input, Tensor[] hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? b_hh=None) "
           "-> (Tensor, Tensor)")
        .kernel(&lstm_cell)
        .decomposition(R"(
def lstm_cell(input: Tensor, hx: List[Tensor], w_ih: Tensor, w_hh: Tensor, b_ih: Optional[Tensor], b_hh: Optional[Tensor]) -> Tuple[Tensor, Tensor]:
    params = [w_ih, w_hh]
    if b_ih is not None and b_hh is not None:
        params = [w_ih, w_hh, b_ih, b_hh]
    output, h, c = ops.wick.rnn_by_parts("lstm", input.unsqueeze(0), None, [hx[0].unsqueeze(0), hx[1].unsqueeze(0)], params, b_ih is not None, 1, 0.0, False, False, False)
    return h.squeeze(0), c.squeeze(0)
)");
}

}  // namespace wick::jit
