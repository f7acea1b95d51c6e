"""The hand-written modules of the zoo: small programs that use TorchScript as a language.

Every class takes its sizes as arguments, so that tests/data can make tiny ones of the same code.
They must stay scriptable by PyTorch 1.13 and by today's.
"""
import math
from enum import Enum
from typing import Any, Dict, Final, List, NamedTuple, Optional, Tuple, Union

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class MLP(nn.Sequential):
    def __init__(self, inputs: int = 512, hidden1: int = 256, hidden2: int = 128, outputs: int = 2):
        super().__init__(nn.Linear(inputs, hidden1), nn.ReLU(), nn.Linear(hidden1, hidden2), nn.ReLU(),
                         nn.Linear(hidden2, outputs))


class ConvNet(nn.Module):
    def __init__(self, width: int = 8, classes: int = 5):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, width, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True),
            nn.Conv2d(width, width, 3, padding=1, groups=width, bias=False), nn.BatchNorm2d(width), nn.ReLU6(inplace=True),
            nn.Conv2d(width, 2 * width, 1), nn.Hardswish(), nn.MaxPool2d(3, stride=2, padding=1, ceil_mode=True))
        self.head = nn.Linear(2 * width, classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(x)
        x = F.adaptive_avg_pool2d(x, (1, 1))
        return self.head(torch.flatten(x, 1))


# ---- recurrent ----------------------------------------------------------------------------------

class Recurrent(nn.Module):
    """nn.LSTM as a part: alone it is saved without a forward (its overloads are forward__0 and forward__1)."""

    def __init__(self, *args, **options):
        super().__init__()
        self.rnn = nn.LSTM(*args, **options)

    def forward(self, x: Tensor, hx: Optional[Tuple[Tensor, Tensor]] = None) -> Tuple[Tensor, Tuple[Tensor, Tensor]]:
        return self.rnn(x, hx)


class RecurrentGRU(nn.Module):
    def __init__(self, *args, **options):
        super().__init__()
        self.rnn = nn.GRU(*args, **options)

    def forward(self, x: Tensor, hx: Optional[Tensor] = None) -> Tuple[Tensor, Tensor]:
        return self.rnn(x, hx)


class RecurrentPlain(nn.Module):
    def __init__(self, *args, **options):
        super().__init__()
        self.rnn = nn.RNN(*args, **options)

    def forward(self, x: Tensor, hx: Optional[Tensor] = None) -> Tuple[Tensor, Tensor]:
        return self.rnn(x, hx)


class PackedRNN(nn.Module):
    """Variable-length batch through a packed sequence, lengths in any order."""

    def __init__(self, kind: str, inputs: int = 12, hidden: int = 16, layers: int = 2, bidirectional: bool = True):
        super().__init__()
        make = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}[kind]
        self.rnn = make(inputs, hidden, layers, batch_first=True, bidirectional=bidirectional)

    def forward(self, x: Tensor, lengths: Tensor) -> Tuple[Tensor, Tensor]:
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        out, _ = self.rnn(packed)
        return pad_packed_sequence(out, batch_first=True)


class PackedLSTMLast(nn.Module):
    """As PackedRNN, but gives the last hidden and cell state too."""

    def __init__(self, inputs: int = 12, hidden: int = 16, layers: int = 1, bidirectional: bool = False):
        super().__init__()
        self.rnn = nn.LSTM(inputs, hidden, layers, bidirectional=bidirectional)

    def forward(self, x: Tensor, lengths: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
        out, (h, c) = self.rnn(pack_padded_sequence(x, lengths, enforce_sorted=False))
        padded, n = pad_packed_sequence(out, padding_value=-1.0, total_length=x.size(0))
        return padded, n, h, c


class CellLoop(nn.Module):
    """LSTMCell and GRUCell stepped by a script loop."""

    def __init__(self, inputs: int = 10, hidden: int = 16):
        super().__init__()
        self.lstm = nn.LSTMCell(inputs, hidden)
        self.gru = nn.GRUCell(hidden, hidden)
        self.hidden = hidden

    def forward(self, x: Tensor, state: Optional[Tuple[Tensor, Tensor]] = None) -> Tuple[Tensor, Tuple[Tensor, Tensor]]:
        if state is None:
            zeros = torch.zeros(x.size(1), self.hidden, dtype=x.dtype, device=x.device)
            h, c = zeros, zeros
        else:
            h, c = state
        g = torch.zeros_like(h)
        outs: List[Tensor] = []
        for t in range(x.size(0)):
            h, c = self.lstm(x[t], (h, c))
            g = self.gru(h, g)
            outs.append(g)
        return torch.stack(outs), (h, c)


# ---- transformers -------------------------------------------------------------------------------

class MaskedEncoder(nn.Module):
    """Token ids to logits through nn.TransformerEncoder, with a padding mask and a causal mask."""

    def __init__(self, vocab: int = 100, d: int = 32, heads: int = 4, ff: int = 64, layers: int = 2,
                 norm_first: bool = False, activation: str = "relu", nested: bool = False):
        super().__init__()
        self.embed = nn.Embedding(vocab, d, padding_idx=0)
        layer = nn.TransformerEncoderLayer(d, heads, ff, batch_first=True, norm_first=norm_first, activation=activation)
        self.encoder = nn.TransformerEncoder(layer, layers, norm=nn.LayerNorm(d), enable_nested_tensor=nested)
        self.out = nn.Linear(d, vocab)

    def forward(self, ids: Tensor, causal: bool = False) -> Tensor:
        pad = ids == 0
        mask: Optional[Tensor] = None
        if causal:
            n = ids.size(1)
            mask = torch.triu(torch.ones(n, n, dtype=torch.bool, device=ids.device), diagonal=1)
        x = self.encoder(self.embed(ids), mask=mask, src_key_padding_mask=pad)
        # The fast path zeroes padded places, the slow path leaves them as computed: hide them.
        x = x.masked_fill(pad.unsqueeze(-1), 0.0)
        return self.out(x)


class Seq2Seq(nn.Module):
    """nn.Transformer with all of its masks, float and bool."""

    def __init__(self, d: int = 32, heads: int = 4, layers: int = 2, ff: int = 64):
        super().__init__()
        self.net = nn.Transformer(d, heads, layers, layers, ff, dropout=0.1)

    def forward(self, src: Tensor, tgt: Tensor, src_padding: Optional[Tensor] = None) -> Tensor:
        n = tgt.size(0)
        tgt_mask = torch.triu(torch.full((n, n), float("-inf")), diagonal=1)
        return self.net(src, tgt, tgt_mask=tgt_mask, src_key_padding_mask=src_padding,
                        memory_key_padding_mask=src_padding)


class Attention(nn.Module):
    """nn.MultiheadAttention giving its weights, with the extra keys and zeros it can add."""

    def __init__(self, d: int = 24, heads: int = 3):
        super().__init__()
        self.own = nn.MultiheadAttention(d, heads, batch_first=True)
        self.extra = nn.MultiheadAttention(d, heads, add_bias_kv=True, add_zero_attn=True)

    def forward(self, x: Tensor, memory: Tensor) -> Tuple[Tensor, Optional[Tensor], Optional[Tensor]]:
        a, w = self.own(x, x, x, need_weights=True)
        b, v = self.extra(a.transpose(0, 1), memory.transpose(0, 1), memory.transpose(0, 1), average_attn_weights=False)
        return b, w, v


class CrossAttention(nn.Module):
    """Keys and values of other widths: separate projection weights."""

    def __init__(self, d: int = 24, heads: int = 3, kdim: int = 16, vdim: int = 10):
        super().__init__()
        self.cross = nn.MultiheadAttention(d, heads, kdim=kdim, vdim=vdim, batch_first=True)

    def forward(self, x: Tensor, keys: Tensor, values: Tensor) -> Tuple[Tensor, Optional[Tensor]]:
        return self.cross(x, keys, values, need_weights=False)


class DecoderBlock(nn.Module):
    def __init__(self, d: int, heads: int):
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(d)
        self.qkv = nn.Linear(d, 3 * d)
        self.proj = nn.Linear(d, d)
        self.norm2 = nn.LayerNorm(d)
        self.up = nn.Linear(d, 4 * d)
        self.down = nn.Linear(4 * d, d)

    def forward(self, x: Tensor, cache: Optional[Tuple[Tensor, Tensor]]) -> Tuple[Tensor, Tuple[Tensor, Tensor]]:
        b, n, d = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(b, n, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        if cache is not None:
            k = torch.cat([cache[0], k], dim=2)
            v = torch.cat([cache[1], v], dim=2)
        scores = q @ k.transpose(-2, -1) * (q.size(-1) ** -0.5)
        if n > 1:
            past = k.size(2) - n
            allowed = torch.ones(n, k.size(2), dtype=torch.bool, device=x.device).tril(past)
            scores = scores.masked_fill(~allowed, float("-inf"))
        mixed = torch.softmax(scores, -1) @ v
        x = x + self.proj(mixed.transpose(1, 2).reshape(b, n, d))
        x = x + self.down(F.gelu(self.up(self.norm2(x))))
        return x, (k, v)


class KVDecoder(nn.Module):
    """A decoder-only language model whose generation loop is script, with a key/value cache."""

    def __init__(self, vocab: int = 64, d: int = 32, heads: int = 4, layers: int = 2, context: int = 64):
        super().__init__()
        self.tokens = nn.Embedding(vocab, d)
        self.positions = nn.Embedding(context, d)
        self.blocks = nn.ModuleList([DecoderBlock(d, heads) for _ in range(layers)])
        self.norm = nn.LayerNorm(d)
        self.context: int = context

    def forward(self, ids: Tensor, caches: Optional[List[Tuple[Tensor, Tensor]]] = None
                ) -> Tuple[Tensor, List[Tuple[Tensor, Tensor]]]:
        past = 0
        if caches is not None:
            past = caches[0][0].size(2)
        x = self.tokens(ids) + self.positions(torch.arange(past, past + ids.size(1), device=ids.device))
        new: List[Tuple[Tensor, Tensor]] = []
        for i, block in enumerate(self.blocks):
            cache: Optional[Tuple[Tensor, Tensor]] = None
            if caches is not None:
                cache = caches[i]
            x, kv = block(x, cache)
            new.append(kv)
        return F.linear(self.norm(x), self.tokens.weight), new

    @torch.jit.export
    def generate(self, prompt: Tensor, steps: int, eos: int = -1) -> Tensor:
        logits, caches = self.forward(prompt, None)
        out = prompt
        done = torch.zeros(prompt.size(0), dtype=torch.bool)
        for _ in range(steps):
            nxt = logits[:, -1].argmax(-1)
            nxt = torch.where(done, torch.zeros_like(nxt), nxt)
            out = torch.cat([out, nxt.unsqueeze(1)], 1)
            done = done | (nxt == eos)
            if bool(done.all()) or out.size(1) >= self.context:
                break
            logits, caches = self.forward(nxt.unsqueeze(1), caches)
        return out


class BeamSearch(nn.Module):
    """Beam search over a GRU language model, hypotheses kept in script lists."""

    def __init__(self, vocab: int = 40, d: int = 32, beam: int = 4, max_len: int = 12, eos: int = 1):
        super().__init__()
        self.embed = nn.Embedding(vocab, d)
        self.cell = nn.GRUCell(d, d)
        self.out = nn.Linear(d, vocab)
        self.vocab, self.beam, self.max_len, self.eos = vocab, beam, max_len, eos

    def step(self, token: Tensor, hidden: Tensor) -> Tuple[Tensor, Tensor]:
        hidden = self.cell(self.embed(token), hidden)
        return F.log_softmax(self.out(hidden), dim=-1), hidden

    def forward(self, start: int, hidden: Tensor) -> Tuple[List[List[int]], List[float]]:
        tokens: List[List[int]] = [[start]]
        scores = torch.zeros(1)
        finished: List[Tuple[float, int]] = []
        results: List[List[int]] = []
        hidden = hidden.unsqueeze(0)
        while len(tokens) > 0 and len(tokens[0]) < self.max_len:
            last = torch.tensor([t[-1] for t in tokens])
            logp, hidden = self.step(last, hidden)
            total = (scores.unsqueeze(1) + logp).view(-1)
            k = min(self.beam, total.numel())
            best, where = torch.topk(total, k)
            parents = torch.div(where, self.vocab, rounding_mode="floor")
            words = where % self.vocab
            next_tokens: List[List[int]] = []
            keep: List[int] = []
            for i in range(k):
                word = int(words[i].item())
                grown = tokens[int(parents[i])] + [word]
                if word == self.eos:
                    finished.append((float(best[i]) / len(grown), len(results)))
                    results.append(grown)
                    continue
                next_tokens.append(grown)
                keep.append(i)
            tokens = next_tokens
            kept = torch.tensor(keep, dtype=torch.long)
            scores = best.index_select(0, kept)
            hidden = hidden.index_select(0, parents.index_select(0, kept))
        for i, t in enumerate(tokens):
            finished.append((float(scores[i]) / len(t), len(results)))
            results.append(t)
        finished.sort(reverse=True)
        return [results[at] for _, at in finished[:self.beam]], [s for s, _ in finished[:self.beam]]


# ---- state --------------------------------------------------------------------------------------

class StreamingAudio(nn.Module):
    """A causal filter that is fed chunk by chunk; what it remembers lies in buffers."""
    gain: float
    calls: int

    def __init__(self, channels: int = 8, kernel: int = 5, dilations: Tuple[int, ...] = (1, 2, 4)):
        super().__init__()
        self.convs = nn.ModuleList()
        self.kernel = kernel
        last = 1
        for i, d in enumerate(dilations):
            self.convs.append(nn.Conv1d(last, channels, kernel, dilation=d))
            last = channels
        self.post = nn.Conv1d(channels, 1, 1)
        self.rnn = nn.GRU(channels, channels, batch_first=True)
        self.register_buffer("history", torch.zeros(1, 1, sum((kernel - 1) * d for d in dilations)))
        self.register_buffer("hidden", torch.zeros(1, 1, channels))
        self.register_buffer("peak", torch.zeros(()), persistent=True)
        self.gain = 1.0
        self.calls = 0

    def forward(self, chunk: Tensor) -> Tensor:
        self.calls += 1
        x = torch.cat([self.history, chunk], dim=-1)
        self.history.copy_(x[..., -self.history.size(-1):])
        for conv in self.convs:
            x = torch.tanh(conv(x))
        y, hidden = self.rnn(x.transpose(1, 2), self.hidden)
        self.hidden = hidden
        out = self.post(y.transpose(1, 2)) * self.gain
        self.peak = torch.maximum(self.peak * 0.99, out.abs().max())
        return out

    @torch.jit.export
    def reset(self) -> None:
        self.history.zero_()
        self.hidden.zero_()
        self.peak.fill_(0.0)
        self.calls = 0

    @torch.jit.export
    def set_gain(self, db: float) -> float:
        self.gain = 10.0 ** (db / 20.0)
        return self.gain

    @torch.jit.export
    def meter(self) -> Dict[str, float]:
        return {"peak": float(self.peak), "gain": self.gain, "calls": float(self.calls)}

    @torch.jit.export
    def latency(self) -> int:
        return self.history.size(-1)


# ---- recommender --------------------------------------------------------------------------------

class Recommender(nn.Module):
    """Bags of ids and dense features, pairwise interactions, a score per row."""

    def __init__(self, rows: int = 1000, d: int = 16, tables: int = 3, dense: int = 13):
        super().__init__()
        modes = ["sum", "mean", "max"]
        self.bags = nn.ModuleList([nn.EmbeddingBag(rows, d, mode=modes[i % 3], include_last_offset=(i % 2 == 1))
                                   for i in range(tables)])
        self.weighted = nn.EmbeddingBag(rows, d, mode="sum", padding_idx=0)
        self.bottom = nn.Sequential(nn.Linear(dense, 2 * d), nn.ReLU(), nn.Linear(2 * d, d), nn.ReLU())
        n = tables + 2
        self.top = nn.Sequential(nn.Linear(n * (n - 1) // 2 + d, 2 * d), nn.ReLU(), nn.Linear(2 * d, 1))

    def forward(self, dense: Tensor, ids: List[Tensor], offsets: List[Tensor], wids: Tensor, weights: Tensor) -> Tensor:
        x = self.bottom(dense)
        rows = [x, self.weighted(wids, None, weights)]
        for i, bag in enumerate(self.bags):
            rows.append(bag(ids[i], offsets[i]))
        t = torch.stack(rows, dim=1)
        z = torch.bmm(t, t.transpose(1, 2))
        at = torch.tril_indices(t.size(1), t.size(1), offset=-1)
        pairs = z[:, at[0], at[1]]
        return torch.sigmoid(self.top(torch.cat([x, pairs], 1))).squeeze(1)


# ---- the language -------------------------------------------------------------------------------

class Mode(Enum):
    FAST = 1
    EXACT = 2


class Level(Enum):
    LOW = "low"
    HIGH = "high"


class Result(NamedTuple):
    scores: Tensor
    label: int
    note: Optional[str]


class Pair(NamedTuple):
    left: Tensor
    right: Tensor


@torch.jit.script
class Counter:
    def __init__(self, start: int):
        self.count = start
        self.names: Dict[str, int] = {}

    def add(self, name: str) -> int:
        self.count += 1
        if name in self.names:
            self.names[name] += 1
        else:
            self.names[name] = 1
        return self.count

    def __len__(self) -> int:
        return self.count

    def __contains__(self, name: str) -> bool:
        return name in self.names


@torch.jit.script
class Vec:
    def __init__(self, x: float, y: float):
        self.x = x
        self.y = y

    def __add__(self, other: "Vec") -> "Vec":
        return Vec(self.x + other.x, self.y + other.y)

    def __mul__(self, k: float) -> "Vec":
        return Vec(self.x * k, self.y * k)

    def __eq__(self, other: "Vec") -> bool:
        return self.x == other.x and self.y == other.y

    def norm(self) -> float:
        return (self.x * self.x + self.y * self.y) ** 0.5


@torch.jit.script
def slow_square(x: Tensor, times: int) -> Tensor:
    for _ in range(times):
        x = torch.tanh(x * x)
    return x


@torch.jit.interface
class Activation(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        pass


class Relu(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x)


class Customs(nn.Module):
    """Script classes, Dict and NamedTuple results, enums, an interface, fork and wait."""
    act: Activation

    def __init__(self, d: int = 8):
        super().__init__()
        self.a = nn.Linear(d, d)
        self.b = nn.Linear(d, d)
        self.act = Relu()
        self.table: Dict[str, int] = {"fast": 1, "exact": 2}
        self.labels: List[str] = ["zero", "one", "two"]

    def forward(self, x: Tensor, fast: bool) -> Tuple[Result, Dict[str, Tensor]]:
        mode = Mode.FAST if fast else Mode.EXACT
        f1 = torch.jit.fork(slow_square, self.a(x), 3)
        f2 = torch.jit.fork(slow_square, self.b(x), 1 if mode == Mode.FAST else 5)
        left, right = torch.jit.wait(f1), torch.jit.wait(f2)
        scores = self.act.forward(left + right)
        label = int(scores.sum(0).argmax())
        note: Optional[str] = None
        if mode == Mode.EXACT:
            note = "exact:" + str(label) + ":" + self.labels[label % len(self.labels)]
        return Result(scores, label, note), {"left": left, "right": right}

    @torch.jit.export
    def count(self, words: List[str]) -> Dict[str, int]:
        c = Counter(10)
        for w in words:
            c.add(w)
        out = c.names.copy()
        out["total"] = len(c)
        out["has_a"] = 1 if "a" in c else 0
        for k, v in self.table.items():
            out[k] = v
        return out

    @torch.jit.export
    def vectors(self, n: int) -> Tuple[float, bool, float]:
        v = Vec(1.0, 2.0)
        for i in range(n):
            v = v + Vec(0.5, -0.25) * float(i)
        return v.norm(), v == Vec(1.0, 2.0), v.x

    @torch.jit.export
    def pairs(self, x: Tensor) -> List[Pair]:
        futures: List[torch.jit.Future[Tensor]] = []
        for i in range(3):
            futures.append(torch.jit.fork(slow_square, x + i, i))
        done = [torch.jit.wait(f) for f in futures]
        return [Pair(done[0], done[1]), Pair(right=done[2], left=x)]

    @torch.jit.export
    def levels(self, high: bool) -> Tuple[str, str, int]:
        level = Level.HIGH if high else Level.LOW
        return level.value, level.name, Mode.EXACT.value


class ControlFlow(nn.Module):
    """Loops, early returns, refinement, containers, strings and exceptions."""
    limit: int

    def __init__(self):
        super().__init__()
        self.limit = 100

    def forward(self, x: Tensor, n: int) -> Tensor:
        y = torch.zeros_like(x)
        i = 0
        while i < n:
            i += 1
            if i % 3 == 0:
                continue
            if bool(y.sum() > self.limit):
                break
            for j in range(i, 0, -2):
                y = y + x * j
                if j > 5:
                    break
        return y

    @torch.jit.export
    def collatz(self, n: int) -> int:
        steps = 0
        while n != 1:
            n = n // 2 if n % 2 == 0 else 3 * n + 1
            steps += 1
        return steps

    @torch.jit.export
    def early(self, x: Optional[Tensor], n: int) -> Tensor:
        if x is None:
            return torch.full([2], float(n))
        if n < 0:
            for i in range(10):
                if i + n == 0:
                    return x * i
            return -x
        assert n < 50, "n is too large"
        return x + n

    @torch.jit.export
    def fail(self, n: int) -> int:
        if n > 2:
            raise ValueError("n must be at most 2, got " + str(n))
        if n == 2:
            raise RuntimeError(f"n is {n}")
        return n

    @torch.jit.export
    def union(self, v: Union[int, str, List[int]]) -> str:
        if isinstance(v, int):
            return "int " + str(v + 1)
        elif isinstance(v, str):
            return "str " + v.upper()
        else:
            return "list " + str(len(v)) + " " + str(v)

    @torch.jit.export
    def strings(self, s: str, n: int, f: float) -> List[str]:
        out = [s.upper(), s.strip(), s.replace("a", "b"), s[1:4], s[::-1], s + s, "-".join(s.split(" "))]
        out.append("{} and {}".format(n, f))
        out.append(f"n={n} f={f}")
        out.append("%d items, %s" % (n, s))
        out.append(str(s.startswith("he")) + str(s.find("l")) + str(len(s)) + str(ord("A")) + chr(66))
        out.append(str(f) + " " + str(n) + " " + str(True) + " " + str([1, 2]) + " " + str(1e20) + str(0.1))
        for c in s:
            if c.isalnum():
                out.append(c)
        out.append(hex(255) + bin(5) + oct(8))
        if "ell" in s:
            out.append("found")
        return out

    @torch.jit.export
    def containers(self, n: int) -> Tuple[List[int], Dict[str, List[float]], List[Tuple[int, str]]]:
        a: List[int] = []
        for i in range(n):
            a.append(i * i % 7)
        a.extend([9, 8])
        a.insert(1, 42)
        a.reverse()
        last = a.pop()
        a.sort()
        a[0] = last
        del a[-1]
        d: Dict[str, List[float]] = {"x": [1.5], "y": [0.5]}
        d["y"].append(float(a.index(a[-1])))
        d["z"] = [float(v) for v in a]
        if "x" in d:
            d["x"] += [2.5]
        e = d.pop("y")
        d["popped"] = e
        pairs: List[Tuple[int, str]] = []
        for k, (i, v) in zip(sorted(d.keys()), enumerate(d.values())):
            pairs.append((i + len(v), k))
        b = sum(a) + min(a) + max(a)
        c = [x for x in a[::-1]]
        a.append(b)
        a.append(c[0])
        a.append(1 if 42 in a and not (7 in a) else 0)
        return a, d, pairs

    @torch.jit.export
    def numbers(self, a: int, b: int, x: float, y: float) -> Tuple[List[int], List[float], List[bool]]:
        ints = [a + b, a - b, a * b, a // b, a % b, int(a ** 2), a & b, a | b, a ^ b, a << 2, a >> 1, abs(a), -a,
                int(x), int(round(x)), divmod(a, b)[1], min(a, b), max(a, b)]
        floats = [a / b, x / y, x // y, x % y, x ** y, float(a), abs(x), -x, x + a, math_mix(x, y), min(x, y), float("inf")]
        bools = [a < b, a <= b, x > y, a == b, x != y, not (a < b), a < b < 100, bool(a), x > 0 and y > 0, x < 0 or y < 0]
        return ints, floats, bools

    @torch.jit.export
    def slicing(self, x: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        x = x.clone()
        x[0, 1:] = 5.0
        x[..., -1] += 1
        x[x > 4] *= 2
        i = torch.tensor([1, 0])
        a, b = x.chunk(2, 0)
        return x[i], x[:, None, ::2], x[-1], x[i, i], torch.cat((a, b.flip(0)))


def math_mix(x: float, y: float) -> float:
    return math.sqrt(x) + math.exp(-y) + math.log(x) + math.floor(x) + math.ceil(y) + math.sin(x) * math.pi


# ---- what an archive stores beside weights ----------------------------------------------------------

class Attributes(nn.Module):
    """Attributes of every kind that a module can save; shared and viewed tensors; several dtypes."""
    names: List[str]
    table: Dict[str, Tensor]
    nested: Dict[int, List[Tuple[float, bool]]]
    maybe: Optional[Tensor]
    nothing: Optional[int]
    level: Level
    pair: Pair
    counter: Counter
    scale: Final[float]

    def __init__(self):
        super().__init__()
        base = torch.arange(24.0).reshape(4, 6)
        self.weight = nn.Parameter(base.clone())
        self.tied = self.weight
        self.frozen = nn.Parameter(torch.ones(3), requires_grad=False)
        self.small = nn.Parameter(torch.randn(3, 3).half())
        self.register_buffer("view", base[1:3, ::2])
        self.register_buffer("transposed", base.t())
        self.register_buffer("mask", torch.tensor([True, False, True]))
        self.register_buffer("bytes", torch.arange(5, dtype=torch.uint8))
        self.register_buffer("brain", torch.randn(2, 2).bfloat16())
        self.register_buffer("turns", torch.tensor([1 + 2j, -0.5j]))
        self.register_buffer("empty", torch.empty(0, 3))
        self.register_buffer("scalar", torch.tensor(2.5, dtype=torch.float64))
        self.register_buffer("local", torch.ones(2), persistent=False)
        self.names = ["a", "b\n\"quoted\"", "\u00e9t\u00e9 \u2603"]
        self.table = {"x": base[0], "y": torch.zeros(2, dtype=torch.int32)}
        self.nested = {1: [(1.5, True)], -7: []}
        self.maybe = torch.ones(1)
        self.nothing = None
        self.level = Level.HIGH
        self.pair = Pair(torch.ones(1), torch.zeros(1))
        self.counter = Counter(3)
        self.scale = 0.1
        self.where = torch.device("cpu")
        self.kind = torch.float16
        self.z = 1.0 - 2.0j
        self.big = 2 ** 40
        self.tiny = -1e-300
        self.infinite = float("inf")
        self.params = nn.ParameterList([nn.Parameter(torch.ones(2) * i) for i in range(2)])
        self.parts = nn.ModuleDict({"one": nn.Linear(2, 2), "two": nn.Identity()})

    def forward(self, x: Tensor) -> Tensor:
        y = x @ self.weight + self.tied.sum() * self.scale
        return y * self.scalar.to(x.dtype) + self.view.sum() + self.transposed[0].sum() + float(self.big) * self.tiny

    @torch.jit.export
    def describe(self) -> Tuple[List[str], Dict[int, List[Tuple[float, bool]]], Optional[int], str, int, complex, float]:
        return self.names, self.nested, self.nothing, self.level.value, self.counter.count, self.z, self.infinite

    @torch.jit.export
    def tensors(self) -> Dict[str, Tensor]:
        out = {"small": self.small, "view": self.view, "transposed": self.transposed, "mask": self.mask, "bytes": self.bytes, "brain": self.brain,
               "turns": self.turns, "empty": self.empty, "scalar": self.scalar, "left": self.pair.left, "frozen": self.frozen, "local": self.local}
        for k, v in self.table.items():
            out["table." + k] = v
        for i, p in enumerate(self.params):
            out["params." + str(i)] = p
        for name, part in self.parts.items():
            out["parts." + name] = part(torch.ones(2))
        return out

    @torch.jit.export
    def grow(self, name: str) -> int:
        self.names.append(name)
        self.maybe = None
        self.nothing = len(self.names)
        return self.counter.add(name)


class SetState(nn.Module):
    """Saved through __getstate__ and restored by __setstate__: program code that runs while loading."""

    def __init__(self, d: int = 4):
        super().__init__()
        self.weight = torch.eye(d)
        self.factor = 3

    @torch.jit.export
    def __getstate__(self) -> Tuple[Tensor, int, bool]:
        return self.weight * 2, self.factor + 1, self.training

    @torch.jit.export
    def __setstate__(self, state: Tuple[Tensor, int, bool]) -> None:
        self.weight = state[0] / 2
        self.factor = state[1] - 1
        self.training = state[2]

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.weight * self.factor


@torch.jit.script
class Scope:
    def __init__(self):
        self.entered = 0

    def __enter__(self) -> int:
        self.entered += 1
        return self.entered

    def __exit__(self, type: Any, value: Any, tb: Any) -> None:
        self.entered += 10


@torch.jit.script
class Node:
    """A class with a property, a static method, an operator and an optional field."""

    def __init__(self, value: int):
        self._value = value
        self.label = torch.jit.annotate(Optional[str], None)

    @property
    def value(self) -> int:
        return self._value

    @value.setter
    def value(self, v: int) -> None:
        self._value = v

    @staticmethod
    def make(v: int) -> int:
        return v * 2

    def __lt__(self, other: "Node") -> bool:
        return self._value < other._value


def shared_helper(x: Tensor, k: int = 2) -> Tensor:
    return x * k if k > 0 else -x


class Contexts(nn.Module):
    """with, properties, static methods, Any, complex numbers, function and method calls, an unused method."""

    def __init__(self):
        super().__init__()
        self.inner = ConvNet(4, 3).eval()

    @property
    def size(self) -> int:
        return self.inner.head.in_features

    def helper(self, x: Tensor, k: int = 3, flag: bool = True) -> Tensor:
        return shared_helper(x, k=k) if flag else shared_helper(x)

    @torch.jit.unused
    def not_exported(self, x: Tensor) -> Tensor:
        import json
        return x + len(json.dumps({}))

    def forward(self, x: Tensor) -> Tuple[Tensor, int]:
        scope = Scope()
        with scope as k:
            y = self.helper(x, flag=False) + k
        with torch.no_grad():
            y = y + self.helper(x, -1) + self.helper(x)
        if x.dim() > 7:
            y = self.not_exported(y)
        return y, scope.entered + self.size

    @torch.jit.export
    def nodes(self, values: List[int]) -> List[int]:
        nodes = [Node(v) for v in values]
        nodes.sort()
        nodes[0].value = Node.make(nodes[0].value)
        nodes[-1].label = "last"
        out = [n.value for n in nodes]
        label = nodes[-1].label
        if label is not None:
            out.append(len(label))
        return out

    @torch.jit.export
    def numbers(self, z: complex) -> Tuple[complex, float, complex]:
        return z * 2j + 1, abs(z), (z + 1) / z

    @torch.jit.export
    def anything(self, v: Any) -> str:
        if isinstance(v, int):
            return "int"
        elif isinstance(v, (List[int], float)):
            return "list or float"
        elif isinstance(v, Tensor):
            return "tensor " + str(v.dim())
        return "other"

    @torch.jit.export
    def devices(self, x: Tensor) -> Tuple[bool, bool, str, int, List[int]]:
        same = x.device == torch.device("cpu")
        y = x.to(x.device, torch.float64, non_blocking=True)
        return same, y.dtype == torch.float64, str(x.device), y.dim(), list(x.size())


# ---- layers of torch.nn -------------------------------------------------------------------------

class Activations(nn.Module):
    def __init__(self):
        super().__init__()
        self.acts = nn.ModuleList([
            nn.ReLU(), nn.ReLU6(), nn.LeakyReLU(0.1), nn.PReLU(), nn.ELU(0.7), nn.SELU(), nn.CELU(1.2), nn.GELU(),
            nn.GELU(approximate="tanh"), nn.SiLU(), nn.Mish(), nn.Sigmoid(), nn.LogSigmoid(), nn.Tanh(), nn.Hardtanh(-0.5, 0.8),
            nn.Hardsigmoid(), nn.Hardswish(), nn.Softplus(2.0), nn.Softsign(), nn.Softshrink(), nn.Hardshrink(),
            nn.Tanhshrink(), nn.Threshold(0.1, 20.0), nn.RReLU(), nn.Softmax(-1), nn.LogSoftmax(-1), nn.Softmin(-1),
            nn.GLU(-1), nn.Dropout(0.5), nn.AlphaDropout(0.5), nn.Identity()])

    def forward(self, x: Tensor) -> List[Tensor]:
        out: List[Tensor] = []
        for act in self.acts:
            out.append(act(x))
        return out


class Norms(nn.Module):
    def __init__(self, c: int = 8):
        super().__init__()
        self.bn = nn.BatchNorm2d(c)
        self.bn_plain = nn.BatchNorm2d(c, affine=False, track_running_stats=False)
        self.gn = nn.GroupNorm(4, c)
        self.inorm = nn.InstanceNorm2d(c, affine=True)
        self.inorm_stats = nn.InstanceNorm2d(c, track_running_stats=True)
        self.ln = nn.LayerNorm([6, 6])
        self.ln_plain = nn.LayerNorm(6, elementwise_affine=False)
        self.lrn = nn.LocalResponseNorm(3)
        self.unit = nn.Linear(6, 4)

    def forward(self, x: Tensor) -> List[Tensor]:
        return [self.bn(x), self.bn_plain(x), self.gn(x), self.inorm(x), self.inorm_stats(x), self.ln(x), self.ln_plain(x),
                self.lrn(x), F.normalize(x, dim=1), self.unit(x)]


class Pools(nn.Module):
    def __init__(self):
        super().__init__()
        self.one = nn.ModuleList([nn.MaxPool1d(3, 2, 1), nn.AvgPool1d(2), nn.AdaptiveAvgPool1d(3), nn.AdaptiveMaxPool1d(4)])
        self.two = nn.ModuleList([nn.MaxPool2d(3, 2, 1), nn.MaxPool2d(2, dilation=2, ceil_mode=True), nn.AvgPool2d(3, 2, 1),
                                  nn.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=False), nn.AdaptiveAvgPool2d((3, 4)),
                                  nn.AdaptiveMaxPool2d((2, 5))])
        self.three = nn.ModuleList([nn.MaxPool3d(2), nn.AvgPool3d(2), nn.AdaptiveAvgPool3d(2), nn.AdaptiveMaxPool3d(2)])
        self.with_indices = nn.MaxPool2d(2, return_indices=True)

    def forward(self, x: Tensor) -> List[Tensor]:
        out: List[Tensor] = []
        for p in self.one:
            out.append(p(x[:, :, 0]))
        for q in self.two:
            out.append(q(x))
        for r in self.three:
            out.append(r(x.unsqueeze(2).expand(-1, -1, 4, -1, -1)))
        y, at = self.with_indices(x)
        out.append(at)
        out.append(F.max_unpool2d(y, at, [2, 2]))
        return out


class Convs(nn.Module):
    def __init__(self, c: int = 4):
        super().__init__()
        self.one = nn.ModuleList([nn.Conv1d(c, 6, 3), nn.Conv1d(c, 8, 3, stride=2, padding=2, dilation=2, groups=2),
                                  nn.Conv1d(c, 4, 5, padding="same"), nn.ConvTranspose1d(c, 5, 4, stride=2, padding=1)])
        self.two = nn.ModuleList([nn.Conv2d(c, 6, 3), nn.Conv2d(c, c, (3, 5), padding=(1, 2), groups=c),
                                  nn.Conv2d(c, 8, 3, padding=1, padding_mode="circular"), nn.Conv2d(c, 3, 3, padding=1, padding_mode="reflect"),
                                  nn.Conv2d(c, 7, 1, stride=2, bias=False), nn.Conv2d(c, 6, 3, padding="valid", dilation=2),
                                  nn.ConvTranspose2d(c, 6, 3, stride=2, padding=1, output_padding=1),
                                  nn.ConvTranspose2d(c, 4, 3, groups=2, dilation=2)])
        self.three = nn.ModuleList([nn.Conv3d(c, 3, 3, padding=1), nn.ConvTranspose3d(c, 2, 2, stride=2)])

    def forward(self, x: Tensor) -> List[Tensor]:
        out: List[Tensor] = []
        for a in self.one:
            out.append(a(x[:, :, 0]))
        for b in self.two:
            out.append(b(x))
        for d in self.three:
            out.append(d(x.unsqueeze(2).repeat(1, 1, 4, 1, 1)))
        return out


class Shapes(nn.Module):
    """Padding, resampling, folding and shuffling layers."""

    def __init__(self):
        super().__init__()
        self.pads = nn.ModuleList([nn.ConstantPad2d((1, 2, 0, 3), 0.5), nn.ZeroPad2d(1), nn.ReflectionPad2d(2), nn.ReplicationPad2d((1, 0, 2, 1))])
        self.ups = nn.ModuleList([nn.Upsample(scale_factor=2.0, mode="nearest"), nn.Upsample(size=[7, 9], mode="bilinear", align_corners=False),
                                  nn.Upsample(scale_factor=1.5, mode="bicubic", align_corners=True)])
        self.unfold = nn.Unfold(3, padding=1)
        self.fold = nn.Fold((6, 6), 3, padding=1)
        self.shuffle = nn.PixelShuffle(2)
        self.unshuffle = nn.PixelUnshuffle(2)
        self.channels = nn.ChannelShuffle(2)
        self.flatten = nn.Flatten(1, 2)
        self.unflatten = nn.Unflatten(1, (2, 2))

    def forward(self, x: Tensor, grid: Tensor) -> List[Tensor]:
        out: List[Tensor] = []
        for p in self.pads:
            out.append(p(x))
        for u in self.ups:
            out.append(u(x))
        cols = self.unfold(x)
        out.append(cols)
        out.append(self.fold(cols))
        out.append(self.shuffle(x))
        out.append(self.unshuffle(x))
        out.append(self.channels(x))
        out.append(self.flatten(x))
        out.append(self.unflatten(x))
        out.append(F.grid_sample(x, grid, mode="bilinear", padding_mode="zeros", align_corners=False))
        out.append(F.grid_sample(x, grid, mode="nearest", padding_mode="border", align_corners=True))
        out.append(F.interpolate(x, scale_factor=0.5, mode="area"))
        out.append(F.interpolate(x, size=[4, 5], mode="nearest-exact"))
        out.append(F.affine_grid(torch.eye(2, 3).unsqueeze(0), [1, 1, 4, 4], align_corners=False))
        return out


class Losses(nn.Module):
    def forward(self, x: Tensor, target: Tensor, y: Tensor) -> List[Tensor]:
        p = torch.sigmoid(y)
        return [F.cross_entropy(x, target), F.cross_entropy(x, target, reduction="none", label_smoothing=0.1),
                F.nll_loss(F.log_softmax(x, 1), target), F.mse_loss(x, y), F.l1_loss(x, y, reduction="sum"),
                F.smooth_l1_loss(x, y), F.huber_loss(x, y, delta=0.5), F.binary_cross_entropy(torch.sigmoid(x), p),
                F.binary_cross_entropy_with_logits(x, p), F.kl_div(F.log_softmax(x, 1), torch.softmax(y, 1), reduction="batchmean"),
                F.cosine_similarity(x, y), F.pairwise_distance(x, y), F.cosine_embedding_loss(x, y, torch.ones(x.size(0))),
                F.margin_ranking_loss(x[:, 0], y[:, 0], torch.ones(x.size(0))), F.triplet_margin_loss(x, y, x.flip(0)),
                F.hinge_embedding_loss(x, torch.sign(y)), F.soft_margin_loss(x, torch.sign(y)),
                F.poisson_nll_loss(x, p), F.multi_margin_loss(x, target), F.bilinear(x, y, torch.ones(3, x.size(1), x.size(1)))]


class Numerics(nn.Module):
    """A spread of tensor operators over dtypes, as user code writes them."""

    def forward(self, x: Tensor, i: Tensor) -> Dict[str, Tensor]:
        b = x > 0
        out = {"promote": i + 0.5, "div": i / 3, "floor": i // 2, "mod": i % 3, "pow": x.abs() ** 1.5, "cmp": (i == 2) | b[:, :1].expand_as(i),
               "half": x.half() * 2, "bf16": (x.to(torch.bfloat16) + i).float(), "double": x.double().cumsum(1), "int8": i.to(torch.int8) * 3}
        out["mean"] = x.mean(dim=[0, 1], keepdim=True)
        out["var"] = x.var(1)
        out["std"] = torch.std(x)
        out["norm"] = torch.norm(x, dim=1)
        out["logsumexp"] = x.logsumexp(1)
        out["prod"] = i.prod(0)
        out["any"] = b.any(1)
        out["all"] = b.all()
        values, where = x.sort(1, descending=True)
        out["sort"] = values
        out["argsort"] = where
        out["topk"] = x.topk(2, dim=1)[1]
        out["max"] = x.max(1)[0]
        out["argmin"] = x.argmin(1)
        out["where"] = torch.where(b, x, torch.zeros_like(x))
        out["clamp"] = x.clamp(-0.5, 0.5)
        out["gather"] = x.gather(1, i.clamp(0, x.size(1) - 1))
        out["scatter"] = torch.zeros_like(x).scatter_add_(1, i.clamp(0, x.size(1) - 1), x)
        out["index_add"] = torch.zeros(4, x.size(1)).index_add_(0, i[:, 0] % 4, x)
        out["one_hot"] = F.one_hot(i.clamp(0, 4), 5)
        out["einsum"] = torch.einsum("ij,kj->ik", x, x)
        out["outer"] = torch.outer(x[0], x[1])
        out["roll"] = x.roll(1, 0)
        out["rot"] = torch.rot90(x)
        out["tril"] = x.tril()
        out["unique"] = torch.unique(i)
        out["nonzero"] = b.nonzero()
        out["linspace"] = torch.linspace(0.0, 1.0, 5)
        out["arange"] = torch.arange(1, 10, 2)
        out["cat"] = torch.cat([x, i.to(x.dtype)], 1)
        out["stack"] = torch.stack([x, -x], -1)
        out["repeat"] = x.repeat(2, 1).repeat_interleave(2, dim=1)
        out["split"] = torch.split(x, [1, x.size(1) - 1], 1)[1]
        out["mesh"] = torch.meshgrid([torch.arange(2), torch.arange(3)], indexing="ij")[1]
        out["round"] = torch.round(x * 3) + torch.floor(x) - torch.ceil(x) + torch.trunc(x) + torch.frac(x)
        out["trig"] = torch.sin(x) + torch.cos(x) * torch.atan2(x, x + 2) + torch.erf(x) + torch.rsqrt(x.abs() + 1) + torch.expm1(x) + torch.log1p(x.abs())
        out["bits"] = (i << 1) ^ (i >> 1) & 3
        out["cdist"] = torch.cdist(x, x.flip(0))
        out["complex"] = torch.view_as_real(torch.fft.fft(x))
        out["masked"] = x.masked_select(b)
        out["count"] = torch.bincount(i.abs().flatten(), minlength=4)
        out["diff"] = torch.diff(x, dim=1)
        out["isnan"] = torch.isnan(x) | torch.isinf(x)
        out["lerp"] = torch.lerp(x, x.flip(1), 0.3)
        out["addcmul"] = torch.addcmul(x, x, x, value=0.5)
        out["search"] = torch.searchsorted(torch.linspace(-2.0, 2.0, 9), x)
        return out


# ---- torchvision's operators -----------------------------------------------------------------------

def vision_ops():
    """The modules that need torchvision, made only where it is."""
    import torchvision

    class VisionOps(nn.Module):
        def __init__(self):
            super().__init__()
            self.offsets = nn.Conv2d(4, 2 * 9, 3, padding=1)
            self.mask = nn.Conv2d(4, 9, 3, padding=1)
            self.deform = torchvision.ops.DeformConv2d(4, 6, 3, padding=1)
            self.align = torchvision.ops.RoIAlign((3, 3), spatial_scale=0.5, sampling_ratio=2)
            self.adaptive = torchvision.ops.RoIAlign((2, 4), spatial_scale=1.0, sampling_ratio=-1, aligned=True)

        def forward(self, x: Tensor, boxes: Tensor, scores: Tensor, labels: Tensor) -> Dict[str, Tensor]:
            y = self.deform(x, self.offsets(x), torch.sigmoid(self.mask(x)))
            rois = torch.cat([torch.zeros(boxes.size(0), 1), boxes], 1)
            return {"deform": y, "plain": self.deform(x, self.offsets(x)), "align": self.align(y, rois), "adaptive": self.adaptive(x, rois),
                    "nms": torchvision.ops.nms(boxes, scores, 0.4), "batched": torchvision.ops.batched_nms(boxes, scores, labels, 0.4),
                    "iou": torchvision.ops.box_iou(boxes, boxes), "area": torchvision.ops.box_area(boxes)}

    return VisionOps()


# ---- from PyTorch 2 on -------------------------------------------------------------------------------

class Awaits(nn.Module):
    """torch.jit._awaitable: work that begins when it is waited for (not in PyTorch 1.13)."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.arange(3.0))

    def work(self, x: Tensor, k: int) -> Tensor:
        return shared_helper(x, k) + self.weight

    def forward(self, x: Tensor, k: int) -> Tensor:
        late = torch.jit._awaitable(self.work, x, k)
        other = torch.jit._awaitable(shared_helper, x)
        known = torch.jit._awaitable_nowait(x + 1)
        shape = late.size(0)
        first = torch.jit._awaitable_wait(late)
        return first + torch.jit._awaitable_wait(other) * shape + torch.jit._awaitable_wait(known)

    def note(self, log: List[int], n: int) -> int:
        log.append(n)
        return n * n

    @torch.jit.export
    def order(self) -> Tuple[List[int], int]:
        log: List[int] = []
        waiting = [torch.jit._awaitable(self.note, log, 7), torch.jit._awaitable(self.note, log, 8)]
        never = torch.jit._awaitable(self.note, log, 9)
        log.append(1)
        total = 0
        for i in range(3):
            total += torch.jit._awaitable_wait(waiting[1 - i % 2])
        return log, total

    @torch.jit.export
    def fail(self, values: List[int], i: int) -> int:
        late = torch.jit._awaitable(self.pick, values, i)
        return torch.jit._awaitable_wait(late)

    def pick(self, values: List[int], i: int) -> int:
        return values[i]
