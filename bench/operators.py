#!/usr/bin/env python3
"""Operators on tensors of some size: wick's package beside PyTorch's in one process, one thread, in turns; medians of pairs.

    operators.py [--only conv,sum] [--rounds 5] [--seconds 0.005] [--json FILE]

Runs under a Python that has PyTorch 2.13 and takes the wick package from build/python unless PYTHONPATH has another. `--only` takes the
cases whose names begin so. Below 1 wick is faster. At this size it is the kernels that are timed, not the calls (those are in eager.py).
"""
import argparse
import math
import os
import statistics
import sys
import time

import torch

from pairs import ROOT, finish, in_turns, unit

sys.path.append(os.path.join(ROOT, "build", "python"))
import wick  # noqa: E402

SQUARE = [(1000, 1000)]
HIDDEN = [(128, 3072)]


def conv(n):
    """A convolution: input, weight and bias; the options are those of conv{n}d."""
    return lambda stride=1, padding=0, dilation=1, groups=1: lambda t, x, w, b: getattr(t.nn.functional, f"conv{n}d")(x, w, b, stride, padding, dilation, groups)


def function(name, *arguments, **keywords):
    return lambda t, x: getattr(t.nn.functional, name)(x, *arguments, **keywords)


def method(name, *arguments):
    return lambda t, x: getattr(x, name)(*arguments)


# {name: (call of a side and its tensors, shapes of the tensors)}
CASES = {
    "conv1d speech k10 s5": (conv(1)(5), [(1, 1, 16000), (512, 1, 10), (512,)]),
    "conv1d speech k3 s2": (conv(1)(2), [(1, 512, 3199), (512, 512, 3), (512,)]),
    "conv1d spectrogram k256 s128": (conv(1)(128), [(1, 1, 640), (258, 1, 256), (258,)]),
    "conv1d mel k5": (conv(1)(1, 2), [(1, 80, 300), (512, 80, 5), (512,)]),
    "conv1d depthwise k9": (conv(1)(1, 4, 1, 256), [(1, 256, 1000), (256, 1, 9), (256,)]),
    "conv1d dilated": (conv(1)(1, 8, 8), [(1, 32, 8000), (32, 32, 3), (32,)]),
    "conv2d first k7 s2": (conv(2)(2, 3), [(1, 3, 224, 224), (64, 3, 7, 7), (64,)]),
    "conv2d grey k7 s2": (conv(2)(2, 3), [(1, 1, 224, 224), (64, 1, 7, 7), (64,)]),
    "conv2d 56 k3": (conv(2)(1, 1), [(1, 64, 56, 56), (64, 64, 3, 3), (64,)]),
    "conv2d 14 k3": (conv(2)(1, 1), [(1, 256, 14, 14), (256, 256, 3, 3), (256,)]),
    "conv2d 56 k1": (conv(2)(), [(1, 64, 56, 56), (256, 64, 1, 1), (256,)]),
    "conv2d depthwise k3": (conv(2)(1, 1, 1, 32), [(1, 32, 112, 112), (32, 1, 3, 3), (32,)]),
    "conv2d depthwise k5": (conv(2)(1, 2, 1, 384), [(1, 384, 14, 14), (384, 1, 5, 5), (384,)]),
    "conv2d dilated": (conv(2)(1, 4, 4), [(1, 256, 28, 28), (256, 256, 3, 3), (256,)]),
    "conv2d patches k16 s16": (conv(2)(16), [(1, 3, 224, 224), (768, 3, 16, 16), (768,)]),
    "conv3d k3": (conv(3)(1, 1), [(1, 64, 8, 14, 14), (64, 64, 3, 3, 3), (64,)]),
    "conv_transpose2d k4 s2": (lambda t, x, w: t.nn.functional.conv_transpose2d(x, w, None, 2, 1), [(1, 64, 28, 28), (64, 32, 4, 4)]),
    "conv_transpose1d k16 s8": (lambda t, x, w: t.nn.functional.conv_transpose1d(x, w, None, 8, 4), [(1, 128, 800), (128, 64, 16)]),
    "max_pool2d": (function("max_pool2d", 3, 2, 1), [(1, 64, 112, 112)]),
    "avg_pool2d": (function("avg_pool2d", 3, 2, 1), [(1, 64, 112, 112)]),
    "adaptive_avg_pool2d": (function("adaptive_avg_pool2d", (7, 7)), [(1, 256, 28, 28)]),
    "interpolate bilinear": (function("interpolate", scale_factor=2.0, mode="bilinear", align_corners=False), [(1, 64, 56, 56)]),
    "interpolate nearest": (function("interpolate", scale_factor=2.0), [(1, 64, 56, 56)]),
    "interpolate bicubic": (function("interpolate", scale_factor=2.0, mode="bicubic"), [(1, 64, 56, 56)]),
    "pixel_shuffle": (function("pixel_shuffle", 2), [(1, 64, 56, 56)]),
    "unfold": (function("unfold", 3, padding=1), [(1, 64, 56, 56)]),
    "fold": (lambda t, x: t.nn.functional.fold(x, (56, 56), 3, padding=1), [(1, 576, 3136)]),
    "pad": (function("pad", (1, 1, 1, 1)), [(8, 64, 56, 56)]),
    "grid_sample": (lambda t, x: t.nn.functional.grid_sample(x, x[:, :2].permute(0, 2, 3, 1).clamp(-1, 1), align_corners=False), [(1, 32, 64, 64)]),
    "softmax": (method("softmax", -1), [(64, 1000)]),
    "softmax of channels": (method("softmax", 1), [(1, 21, 128, 128)]),
    "log_softmax": (method("log_softmax", -1), SQUARE),
    "layer_norm": (function("layer_norm", (768,)), [(1, 128, 768)]),
    "group_norm": (function("group_norm", 32), [(1, 256, 32, 32)]),
    "batch_norm in training": (lambda t, x: t.nn.functional.batch_norm(x, None, None, training=True), [(8, 64, 28, 28)]),
    "instance_norm": (function("instance_norm"), [(8, 64, 28, 28)]),
    "gelu": (function("gelu"), HIDDEN),
    "silu": (function("silu"), HIDDEN),
    "hardswish": (function("hardswish"), HIDDEN),
    "tanh": (method("tanh"), HIDDEN),
    "exp": (method("exp"), HIDDEN),
    "clamp": (method("clamp", -1, 1), HIDDEN),
    "pow": (lambda t, x: x.abs() ** 2.5, HIDDEN),
    "add a row": (lambda t, x: x + x[:1], SQUARE),
    "multiply by a column": (lambda t, x: x * x[:, :1], SQUARE),
    "add to every other column": (lambda t, x: x[:, ::2] + 1, SQUARE),
    "lerp": (lambda t, x: t.lerp(x, x, 0.3), SQUARE),
    "addcmul": (lambda t, x: t.addcmul(x, x, x), SQUARE),
    "floor_divide": (lambda t, x: x // 0.3, SQUARE),
    "remainder": (method("remainder", 0.3), SQUARE),
    "where": (lambda t, x: t.where(x > 0, x, -x), SQUARE),
    "add of int64": (lambda t, x: (x.long() + 1) * 3, SQUARE),
    "add of int8": (lambda t, x: x.to(t.int8) + 1, SQUARE),
    "and of bool": (lambda t, x: (x > 0) & (x < 1), SQUARE),
    "product of complex": (lambda t, x, y: t.complex(x, y) * t.complex(y, x), SQUARE * 2),
    "sum": (method("sum"), SQUARE),
    "sum of columns": (method("sum", 0), SQUARE),
    "sum of rows": (method("sum", 1), SQUARE),
    "mean of images": (method("mean", (2, 3)), [(8, 256, 28, 28)]),
    "var": (method("var", -1), SQUARE),
    "max of rows": (method("max", 1), SQUARE),
    "argmax of columns": (method("argmax", 0), SQUARE),
    "cumsum": (method("cumsum", -1), SQUARE),
    "cumsum of columns": (method("cumsum", 0), SQUARE),
    "logsumexp": (method("logsumexp", -1), SQUARE),
    "sort": (method("sort", -1), [(100, 1000)]),
    "median": (method("median", -1), [(100, 1000)]),
    "kthvalue": (method("kthvalue", 10, -1), [(100, 1000)]),
    "searchsorted": (lambda t, x: t.searchsorted(t.arange(1000.0), x * 500), [(100, 1000)]),
    "bincount": (lambda t, x: t.bincount((x * 100).long().abs().view(-1)), [(100, 1000)]),
    "topk": (method("topk", 50, -1), [(8, 50257)]),
    "unique": (lambda t, x: (x * 100).long().unique(), [(1000, 100)]),
    "permute": (lambda t, x: x.permute(0, 2, 3, 1).contiguous(), [(8, 64, 56, 56)]),
    "transpose": (lambda t, x: x.t().contiguous(), SQUARE),
    "cat": (lambda t, x: t.cat([x, x], 1), [(8, 64, 56, 56)]),
    "mask": (lambda t, x: x[x > 0], SQUARE),
    "nonzero": (lambda t, x: (x > 0).nonzero(), SQUARE),
    "masked_fill": (lambda t, x: x.masked_fill(x > 0, 0.0), SQUARE),
    "index rows": (lambda t, x: x[t.arange(500)], SQUARE),
    "index_add": (lambda t, x: t.zeros(1000, 64).index_add(0, t.arange(5000) % 1000, x), [(5000, 64)]),
    "gather": (lambda t, x: x.gather(1, t.zeros(1000, 500, dtype=t.long)), SQUARE),
    "scatter_add": (lambda t, x: t.zeros(1000, 1000).scatter_add(1, t.zeros(1000, 1000, dtype=t.long), x), SQUARE),
    "roll": (method("roll", 100, 1), SQUARE),
    "flip": (method("flip", 1), SQUARE),
    "tril": (method("tril"), SQUARE),
    "repeat_interleave": (method("repeat_interleave", 2, 1), SQUARE),
    "one_hot": (lambda t, x: t.nn.functional.one_hot(t.arange(1000) % 100, 100), [(1,)]),
    "embedding": (lambda t, x: t.nn.functional.embedding(t.arange(512), x), [(1000, 768)]),
    "matmul": (lambda t, x: x @ x, [(512, 512)]),
    "matmul of float64": (lambda t, x: x.double() @ x.double(), [(512, 512)]),
    "matmul of bfloat16": (lambda t, x: x.bfloat16() @ x.bfloat16(), [(512, 512)]),
    "matmul of half": (lambda t, x: x.half() @ x.half(), [(512, 512)]),
    "matmul of int64": (lambda t, x: x.long() @ x.long(), [(128, 128)]),
    "einsum": (lambda t, x, y: t.einsum("bik,bjk->bij", x, y), [(8, 128, 64)] * 2),
    "cdist": (lambda t, x: t.cdist(x, x), [(500, 64)]),
    "matrix times vector": (lambda t, x: x @ x[0], SQUARE),
    "bmm of 8 x 8": (lambda t, x: x @ x, [(500, 8, 8)]),
    "attention": (lambda t, x: t.nn.functional.scaled_dot_product_attention(x, x, x), [(1, 12, 256, 64)]),
    "inv": (lambda t, x: t.linalg.inv(x), [(200, 200)]),
    "solve": (lambda t, x: t.linalg.solve(x, x[:, :10]), [(200, 200)]),
    "qr": (lambda t, x: t.linalg.qr(x), [(200, 100)]),
    "svd": (lambda t, x: t.linalg.svd(x), [(100, 100)]),
    "eigh": (lambda t, x: t.linalg.eigh(x + x.t()), [(100, 100)]),
    "det": (lambda t, x: t.linalg.det(x), [(200, 200)]),
    "svdvals": (lambda t, x: t.linalg.svdvals(x), [(100, 100)]),
    "cholesky": (lambda t, x: t.linalg.cholesky(x @ x.t() + 200 * t.eye(200)), [(200, 200)]),
    "rfft": (lambda t, x: t.fft.rfft(x), [(100, 400)]),
    "fft2": (lambda t, x: t.fft.fft2(x), [(256, 256)]),
    "irfft": (lambda t, x, y: t.fft.irfft(t.complex(x, y)), [(100, 201)] * 2),
    "fft of complex": (lambda t, x, y: t.fft.fft(t.complex(x, y)), [(100, 512)] * 2),
    "rfft of a prime": (lambda t, x: t.fft.rfft(x), [(100, 401)]),
    "rfft, long": (lambda t, x: t.fft.rfft(x), [(1, 65536)]),
    "cross_entropy": (lambda t, x: t.nn.functional.cross_entropy(x, t.zeros(256, dtype=t.long)), [(256, 1000)]),
    "rand": (lambda t, x: t.rand(1000, 1000), [(1,)]),
    "randn": (lambda t, x: t.randn(1000, 1000), [(1,)]),
    "half": (method("half"), SQUARE),
    "float": (lambda t, x: x.half().float(), SQUARE),
}


class Side:
    def __init__(self, form, package, call, tensors, seconds):
        self.form = form
        self.run = lambda: call(package, *tensors)
        self.run()
        start = time.perf_counter()
        self.run()
        self.count = max(1, math.ceil(seconds / max(time.perf_counter() - start, 1e-7)))

    def time(self):
        """Seconds of a call."""
        start = time.perf_counter()
        for _ in range(self.count):
            self.run()
        return (time.perf_counter() - start) / self.count


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", default="")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.005, help="of each side in each round")
    parser.add_argument("--json")
    arguments = parser.parse_args()
    wick.set_num_threads(1)
    torch.set_num_threads(1)
    torch.manual_seed(0)
    figures = {}
    print("| operator | shapes | wick | PyTorch | wick / PyTorch |\n|---|---|---|---|---|")
    with wick.no_grad(), torch.no_grad():
        for name, (call, shapes) in CASES.items():
            if not name.startswith(tuple(arguments.only.split(","))):
                continue
            theirs = [torch.randn(*shape) for shape in shapes]
            ours = [wick.from_numpy(x.numpy().copy()) for x in theirs]
            sides = [Side("wick", wick, call, ours, arguments.seconds), Side("torch", torch, call, theirs, arguments.seconds)]
            times = {side.form: [] for side in sides}
            for side in in_turns(sides, arguments.rounds):
                times[side.form].append(side.time())
            ratio = statistics.median(a / b for a, b in zip(times["wick"], times["torch"]))
            figures[name] = {"ratio": ratio, **times}
            shown = " ".join("×".join(map(str, shape)) for shape in shapes)
            print(f"| {name} | {shown} | {unit(statistics.median(times['wick']))} | {unit(statistics.median(times['torch']))} | {ratio:.2f} |", flush=True)
    ratios = [figure["ratio"] for figure in figures.values()]
    print(f"\nGeometric mean of {len(ratios)}: {statistics.geometric_mean(ratios):.2f}")
    finish([], figures, arguments.json)


if __name__ == "__main__":
    main()
