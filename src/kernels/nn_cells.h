#pragma once
// The elementwise half of recurrent cells: gates to new state. float and double; run-time dispatch over instruction
// sets; single-threaded, since one time step is small.
//
// Gate order is PyTorch's: LSTM input, forget, cell, output; GRU reset, update, new.

#include <cstdint>

namespace wick::kernels {

/// c = sigmoid(f) * c + sigmoid(i) * tanh(g); h = sigmoid(o) * tanh(c). gates[batch, 4 * hidden] holds i, f, g, o
/// before their functions; c[batch, hidden] is updated; h[batch, hidden] is written.
template <class T>
void lstm_step(int64_t batch, int64_t hidden, const T* gates, T* c, T* h);

/// r = sigmoid(x_r + h_r); z = sigmoid(x_z + h_z); n = tanh(x_n + r * (h_n + bias_n)); h = n + z * (h - n).
/// from_input, from_hidden: [batch, 3 * hidden]; bias_n: [hidden] or null; h[batch, hidden] is updated.
template <class T>
void gru_step(int64_t batch, int64_t hidden, const T* from_input, const T* from_hidden, const T* bias_n, T* h);

/// h = tanh(gates), or max(gates, 0). n elements.
template <class T>
void rnn_step(int64_t n, const T* gates, T* h, bool relu);

}  // namespace wick::kernels
