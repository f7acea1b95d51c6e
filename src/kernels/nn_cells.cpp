#include "kernels/nn_cells.h"

#include "kernels/simd.h"
// The include of foreach_target.h compiles this file once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/nn_cells.cpp"
#include <hwy/foreach_target.h>

#include "kernels/activation-inl.h"
#include "kernels/along_row-inl.h"
#include "kernels/target-inl.h"

HWY_BEFORE_NAMESPACE();
namespace wick::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class D>
HWY_INLINE hn::Vec<D> sigmoid_of(D d, hn::Vec<D> x) {
    return activate<Activation::Sigmoid>(d, x, {}, {});
}

template <class D>
HWY_INLINE hn::Vec<D> tanh_of(D d, hn::Vec<D> x) {
    return activate<Activation::Tanh>(d, x, {}, {});
}

template <class T>
HWY_NOINLINE void run_lstm_step(int64_t batch, int64_t hidden, const T* gates, T* c, T* h) {
    const hn::ScalableTag<T> d;
    for (int64_t b = 0; b < batch; ++b) {
        const T* g = gates + b * 4 * hidden;
        T* cell = c + b * hidden;
        T* out = h + b * hidden;
        along_row<T>(hidden, [&](auto load, auto store) HWY_ATTR {
            const auto in = sigmoid_of(d, load(g)), forget = sigmoid_of(d, load(g + hidden));
            const auto fresh = tanh_of(d, load(g + 2 * hidden)), output = sigmoid_of(d, load(g + 3 * hidden));
            const auto next = hn::MulAdd(forget, load(cell), hn::Mul(in, fresh));
            store(next, cell);
            store(hn::Mul(output, tanh_of(d, next)), out);
        });
    }
}

template <class T>
HWY_NOINLINE void run_gru_step(int64_t batch, int64_t hidden, const T* from_input, const T* from_hidden,
                               const T* bias_n, T* h) {
    const hn::ScalableTag<T> d;
    for (int64_t b = 0; b < batch; ++b) {
        const T* x = from_input + b * 3 * hidden;
        const T* u = from_hidden + b * 3 * hidden;
        T* state = h + b * hidden;
        along_row<T>(hidden, [&](auto load, auto store) HWY_ATTR {
            const auto reset = sigmoid_of(d, hn::Add(load(x), load(u)));
            const auto update = sigmoid_of(d, hn::Add(load(x + hidden), load(u + hidden)));
            auto recurrent = load(u + 2 * hidden);
            if (bias_n) recurrent = hn::Add(recurrent, load(bias_n));
            const auto fresh = tanh_of(d, hn::MulAdd(reset, recurrent, load(x + 2 * hidden)));
            store(hn::MulAdd(update, hn::Sub(load(state), fresh), fresh), state);
        });
    }
}

template <class T>
HWY_NOINLINE void run_rnn_step(int64_t n, const T* gates, T* h, bool relu) {
    const hn::ScalableTag<T> d;
    along_row<T>(n, [&](auto load, auto store) HWY_ATTR {
        const auto x = load(gates);
        store(relu ? hn::IfThenElse(hn::IsNaN(x), x, hn::Max(x, hn::Zero(d))) : tanh_of(d, x), h);
    });
}

// HWY_EXPORT wants plain functions.
#define WICK_INSTANTIATE(T, suffix)                                                                                   \
    void lstm_step_##suffix(int64_t batch, int64_t hidden, const T* gates, T* c, T* h) {                              \
        run_lstm_step(batch, hidden, gates, c, h);                                                                    \
    }                                                                                                                 \
    void gru_step_##suffix(int64_t batch, int64_t hidden, const T* from_input, const T* from_hidden, const T* bias_n, \
                           T* h) {                                                                                    \
        run_gru_step(batch, hidden, from_input, from_hidden, bias_n, h);                                              \
    }                                                                                                                 \
    void rnn_step_##suffix(int64_t n, const T* gates, T* h, bool relu) { run_rnn_step(n, gates, h, relu); }
WICK_INSTANTIATE(float, f32)
WICK_INSTANTIATE(double, f64)
#undef WICK_INSTANTIATE

}  // namespace wick::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wick::kernels {

#define WICK_EXPORT(T, suffix)                                                                                  \
    HWY_EXPORT(lstm_step_##suffix);                                                                             \
    HWY_EXPORT(gru_step_##suffix);                                                                              \
    HWY_EXPORT(rnn_step_##suffix);                                                                              \
    template <>                                                                                                 \
    void lstm_step<T>(int64_t batch, int64_t hidden, const T* gates, T* c, T* h) {                              \
        HWY_DYNAMIC_DISPATCH(lstm_step_##suffix)(batch, hidden, gates, c, h);                                   \
    }                                                                                                           \
    template <>                                                                                                 \
    void gru_step<T>(int64_t batch, int64_t hidden, const T* from_input, const T* from_hidden, const T* bias_n, \
                     T* h) {                                                                                    \
        HWY_DYNAMIC_DISPATCH(gru_step_##suffix)(batch, hidden, from_input, from_hidden, bias_n, h);             \
    }                                                                                                           \
    template <>                                                                                                 \
    void rnn_step<T>(int64_t n, const T* gates, T* h, bool relu) {                                              \
        HWY_DYNAMIC_DISPATCH(rnn_step_##suffix)(n, gates, h, relu);                                             \
    }
WICK_EXPORT(float, f32)
WICK_EXPORT(double, f64)
#undef WICK_EXPORT

}  // namespace wick::kernels
#endif
