// Recurrent networks made of the operators of one step: what gradients go through.

#include "ops/nn_rnn.h"

namespace wick::jit {

// The input's part of all steps' gates is one product; the state of a sequence that has ended stays.
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

void register_rnn_by_parts(Registry& ops) {
    ops.add(
           "wick::rnn_by_parts(str cell, Tensor input, Tensor? batch_sizes, Tensor[] hx, Tensor[] params, bool "
           "has_biases, int num_layers, float dropout, bool train, bool bidirectional, bool batch_first) -> (Tensor, "
           "Tensor, Tensor)")
        .composite(kByParts);
}

}  // namespace wick::jit
