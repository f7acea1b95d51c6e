#include "ops/nn_testing.h"

namespace wick::testing {
namespace {

using V = std::vector<double>;

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

/// One LSTM layer on one sequence, from PyTorch's documented equations.
V reference_lstm(const V& x, const V& wi, const V& wh, const V& bi, const V& bh, size_t steps, size_t in,
                 size_t hidden) {
    V h(hidden, 0.0), c(hidden, 0.0), out;
    for (size_t t = 0; t < steps; ++t) {
        V gates(4 * hidden);
        for (size_t g = 0; g < 4 * hidden; ++g) {
            gates[g] = bi[g] + bh[g];
            for (size_t i = 0; i < in; ++i) gates[g] += wi[g * in + i] * x[t * in + i];
            for (size_t i = 0; i < hidden; ++i) gates[g] += wh[g * hidden + i] * h[i];
        }
        for (size_t i = 0; i < hidden; ++i) {
            c[i] = sigmoid(gates[hidden + i]) * c[i] + sigmoid(gates[i]) * std::tanh(gates[2 * hidden + i]);
            h[i] = sigmoid(gates[3 * hidden + i]) * std::tanh(c[i]);
        }
        out.insert(out.end(), h.begin(), h.end());
    }
    return out;
}

struct LstmCase {
    int64_t in = 5, hidden = 19;
    Tensor wi = random({4 * hidden, in}, 2), wh = random({4 * hidden, hidden}, 3), bi = random({4 * hidden}, 4),
           bh = random({4 * hidden}, 5);
    std::vector<Tensor> params{wi, wh, bi, bh};
    V reference(const Tensor& x) const {
        return reference_lstm(values(x), values(wi), values(wh), values(bi), values(bh), static_cast<size_t>(x.size(0)),
                              static_cast<size_t>(in), static_cast<size_t>(hidden));
    }
    std::vector<Tensor> state(int64_t batch) const {
        return {ops::zeros({1, batch, hidden}, DType::float32), ops::zeros({1, batch, hidden}, DType::float32)};
    }
};

TEST(Lstm, MatchesItsEquations) {
    const LstmCase lstm;
    const Tensor x = random({7, 1, 5});
    const IValue result =
        call_value("aten::lstm.input", x, lstm.state(1), lstm.params, true, 1, 0.0, false, false, false);
    expect_close(values(result.to_tuple().elements[0].to_tensor()), lstm.reference(x), 1e-5);
}

TEST(Lstm, PackedSequencesEndOnTheirOwn) {
    const LstmCase lstm;
    const Tensor x = random({4, 6, 5});  // batch first
    const Tensor lengths = tensor<int64_t>({6, 4, 4, 1});
    const IValue packed = call_value("aten::_pack_padded_sequence", x, lengths, true);
    const Tensor data = packed.to_tuple().elements[0].to_tensor(),
                 batch_sizes = packed.to_tuple().elements[1].to_tensor();
    EXPECT_EQ(values(batch_sizes), (V{4, 3, 3, 3, 1, 1}));
    const IValue result =
        call_value("aten::lstm.data", data, batch_sizes, lstm.state(4), lstm.params, true, 1, 0.0, false, false);
    const IValue padded =
        call_value("aten::_pad_packed_sequence", result.to_tuple().elements[0], batch_sizes, true, 0.0, -1);
    const Tensor out = padded.to_tuple().elements[0].to_tensor();
    EXPECT_EQ(values(padded.to_tuple().elements[1].to_tensor()), values(lengths));
    const std::vector<double> counts = values(lengths);
    for (int64_t b = 0; b < 4; ++b) {
        const int64_t n = static_cast<int64_t>(counts[static_cast<size_t>(b)]);
        expect_close(values(ops::narrow(ops::select(out, 0, b), 0, 0, n)),
                     lstm.reference(ops::contiguous(ops::narrow(ops::select(x, 0, b), 0, 0, n))), 1e-5);
        // The final state is that of the sequence's last real step.
        const Tensor last = ops::select(ops::select(result.to_tuple().elements[1].to_tensor(), 0, 0), 0, b);
        expect_close(values(last), values(ops::select(ops::select(out, 0, b), 0, n - 1)), 1e-6);
    }
}

TEST(Lstm, RefusesParametersThatDoNotFit) {
    const LstmCase lstm;
    std::vector<Tensor> params = lstm.params;
    params.pop_back();
    EXPECT_EQ(
        error_of([&] {
            call_value("aten::lstm.input", random({7, 1, 5}), lstm.state(1), params, true, 1, 0.0, false, false, false);
        }),
        "got an incorrect number of RNN parameters: 3, expected 4");
    EXPECT_EQ(error_of([&] {
                  call_value("aten::lstm.input", random({7, 1, 6}), lstm.state(1), lstm.params, true, 1, 0.0, false,
                             false, false);
              }),
              "input has inconsistent input_size: got 6 expected 5");
}

TEST(Gru, ForwardAndBackwardMirror) {
    const Tensor wi = random({12, 3}, 2), wh = random({12, 4}, 3), x = random({5, 2, 3});
    const Tensor h0 = ops::zeros({2, 2, 4}, DType::float32);
    const std::vector<Tensor> params{wi, wh, wi, wh};
    const Tensor both = call_value("aten::gru.input", x, h0, params, false, 1, 0.0, false, true, false)
                            .to_tuple()
                            .elements[0]
                            .to_tensor();
    const Tensor flipped = ops::empty_like(x);
    for (int64_t t = 0; t < 5; ++t) ops::copy_into(ops::select(flipped, 0, t), ops::select(x, 0, 4 - t));
    const std::vector<Tensor> one{wi, wh};
    const Tensor single = call_value("aten::gru.input", flipped, ops::zeros({1, 2, 4}, DType::float32), one, false, 1,
                                     0.0, false, false, false)
                              .to_tuple()
                              .elements[0]
                              .to_tensor();
    for (int64_t t = 0; t < 5; ++t)
        expect_close(values(ops::narrow(ops::select(both, 0, t), 1, 4, 4)), values(ops::select(single, 0, 4 - t)),
                     1e-6);
}

V reference_attention(const Tensor& q, const Tensor& k, const Tensor& v, const std::vector<bool>& keep) {
    const int64_t rows = q.size(0), keys = k.size(0), width = q.size(1);
    V scores = product(values(q), values(ops::transpose(k, 0, 1)), rows, width, keys);
    for (int64_t i = 0; i < rows; ++i) {
        double sum = 0;
        for (int64_t j = 0; j < keys; ++j) {
            double& s = scores[static_cast<size_t>(i * keys + j)];
            s = keep[static_cast<size_t>(i * keys + j)] ? std::exp(s / std::sqrt(static_cast<double>(width))) : 0;
            sum += s;
        }
        for (int64_t j = 0; j < keys; ++j) scores[static_cast<size_t>(i * keys + j)] /= sum == 0 ? 1 : sum;
    }
    return product(scores, values(v), rows, keys, v.size(1));
}

TEST(Attention, MasksAndCausalOrder) {
    const Tensor q = random({2, 3, 9, 8}), k = random({2, 3, 11, 8}, 2), v = random({2, 3, 11, 6}, 3);
    const Tensor mask = ops::zeros({9, 11}, DType::bool_);
    std::vector<bool> keep(99), causal(99), all(99, true);
    for (int64_t i = 0; i < 99; ++i) {
        keep[static_cast<size_t>(i)] = i / 11 != 4 && (i * 7) % 5 != 0;
        causal[static_cast<size_t>(i)] = i % 11 <= i / 11;
        mask.mutable_data<bool>()[i] = keep[static_cast<size_t>(i)];
    }
    const auto part = [](const Tensor& t) { return ops::contiguous(ops::select(ops::select(t, 0, 1), 0, 2)); };
    const auto attend = [&](IValue m, bool is_causal) {
        return values(part(call("aten::scaled_dot_product_attention", q, k, v, m, 0.0, is_causal, IValue(), false)));
    };
    expect_close(attend(IValue(), false), reference_attention(part(q), part(k), part(v), all), 1e-5);
    expect_close(attend(mask, false), reference_attention(part(q), part(k), part(v), keep), 1e-5);
    expect_close(attend(IValue(), true), reference_attention(part(q), part(k), part(v), causal), 1e-5);
}

TEST(Attention, FusedEncoderLayerIsItsParts) {
    const int64_t e = 8;
    const Tensor x = random({2, 5, e}), qkv = random({3 * e, e}, 2), qkv_b = random({3 * e}, 3),
                 proj = random({e, e}, 4), proj_b = random({e}, 5);
    const Tensor one = ops::ones({e}, DType::float32), zero = ops::zeros({e}, DType::float32);
    const Tensor w1 = random({12, e}, 6), b1 = random({12}, 7), w2 = random({e, 12}, 8), b2 = random({e}, 9);
    const Tensor fused = call("aten::_transformer_encoder_layer_fwd", x, e, 2, qkv, qkv_b, proj, proj_b, false, false,
                              1e-5, one, zero, one, zero, w1, b1, w2, b2, Tensor(), IValue());
    const auto add = [](const Tensor& a, const Tensor& b) {
        const Tensor sum = ops::clone(a);
        for (int64_t i = 0; i < sum.numel(); ++i) sum.mutable_data<float>()[i] += ops::contiguous(b).data<float>()[i];
        return sum;
    };
    const auto norm = [&](const Tensor& t) {
        return call("aten::layer_norm", t, std::vector<int64_t>{e}, one, zero, 1e-5, true);
    };
    const Tensor attended = call_value("aten::_native_multi_head_attention", x, x, x, e, 2, qkv, qkv_b, proj, proj_b,
                                       Tensor(), false, true, IValue())
                                .to_tuple()
                                .elements[0]
                                .to_tensor();
    const Tensor middle = norm(add(x, attended));
    Tensor hidden = call("aten::linear", middle, w1, b1);
    for (int64_t i = 0; i < hidden.numel(); ++i)
        hidden.mutable_data<float>()[i] = std::max(hidden.data<float>()[i], 0.0f);
    expect_close(values(fused), values(norm(add(middle, call("aten::linear", hidden, w2, b2)))), 1e-5);
}

TEST(Attention, NestedTensorsKeepTheirLengths) {
    const Tensor x = random({2, 4, 8}), mask = ops::ones({2, 4}, DType::bool_);
    mask.mutable_data<bool>()[6] = mask.mutable_data<bool>()[7] = false;
    const Tensor nested = call("aten::_nested_tensor_from_mask", x, mask, true);
    const std::vector<double> padded =
        values(call("aten::to_padded_tensor", nested, 0.5, std::vector<int64_t>{2, 4, 8}));
    EXPECT_EQ(padded[47], values(x)[47]);
    EXPECT_EQ(padded[48], 0.5);
}

TEST(CtcLoss, CountsEveryAlignment) {
    // Two steps of uniform probability over {blank, a, b}: "a" has the alignments aa, a-, -a.
    const Tensor logs = ops::full({2, 1, 3}, std::log(1.0 / 3), DType::float32);
    const Tensor loss = call("aten::ctc_loss.IntList", logs, tensor<int64_t>({1}, DimVector{1, 1}),
                             std::vector<int64_t>{2}, std::vector<int64_t>{1}, 0, 0, false);
    expect_close(values(loss), {-std::log(3.0 / 9)}, 1e-5);
}

TEST(NllLoss, WeightsAndIgnoredTargets) {
    const Tensor logs = tensor({-1, -2, -3, -4, -5, -6}, DimVector{3, 2}), target = tensor<int64_t>({0, 1, -100});
    expect_close(values(call("aten::nll_loss_nd", logs, target, tensor({1, 3}), 1, -100)), {(1 + 12) / 4.0});
    expect_close(values(call("aten::nll_loss_nd", logs, target, Tensor(), 0, -100)), {1, 4, 0});
    EXPECT_EQ(error_of([&] {
                  call("aten::nll_loss_nd", logs, tensor<int64_t>({0, 2, 0}), Tensor(), 1, -100);
              }),
              "Target 2 is out of bounds.");
}

}  // namespace
}  // namespace wick::testing
