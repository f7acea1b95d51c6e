#!/usr/bin/env python3
"""Training steps in wick's Python package beside PyTorch's: one process, steps in turns, medians of pairs.

    training.py [--models mlp,cnn] [--rounds 15] [--seconds 0.2] [--threads 1,2] [--parts] [--json FILE]

Runs under a Python that has PyTorch 2.13 and takes the wick package from build/python unless PYTHONPATH has another. A step is forward,
cross entropy, backward and plain SGD, with the same network, weights and data on both sides, whose losses must agree in the first and in
the tenth step. In a round each side makes steps for about --seconds, one side after the other; a ratio is wick's median step in a round
over PyTorch's, and the table shows the median of the rounds' ratios: below 1 wick is faster. --parts times forward, backward and update
apart.
"""
import argparse
import os
import statistics
import sys
import time

import torch

from pairs import ROOT, finish, in_turns, unit

sys.path.append(os.path.join(ROOT, "build", "python"))
import wick  # noqa: E402


def mlp(nn):
    """512-256-128-2 on 64 rows."""
    return nn.Sequential(nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 2))


def cnn(nn):
    """Two convolutions on 64 images of 32 x 32."""
    return nn.Sequential(nn.Conv2d(3, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(),
                         nn.MaxPool2d(2), nn.Flatten(), nn.Linear(64 * 8 * 8, 10))


MODELS = {"mlp": (mlp, (64, 512), 2), "cnn": (cnn, (64, 3, 32, 32), 10)}
PARTS = ["forward", "backward", "update"]


class Trainer:
    """One side: a network and how it makes a step."""

    def __init__(self, side, make, data, target, weights):
        self.side = side
        self.net = make(side.nn)
        with side.no_grad():
            for parameter, weight in zip(self.net.parameters(), weights):
                parameter.copy_(self.of(weight))
        self.data, self.target = self.of(data), self.of(target)
        self.parameters = list(self.net.parameters())

    def of(self, tensor):
        return tensor.clone() if self.side is torch else wick.from_dlpack(tensor.clone())

    def step(self):
        """The times at which its parts end, and the loss."""
        begin = time.perf_counter()
        loss = self.side.nn.functional.cross_entropy(self.net(self.data), self.target)
        forward = time.perf_counter()
        loss.backward()
        backward = time.perf_counter()
        with self.side.no_grad():
            for parameter in self.parameters:
                parameter.sub_(parameter.grad, alpha=0.01)
                parameter.grad = None
        update = time.perf_counter()
        return [forward - begin, backward - forward, update - backward], loss

    def run(self, seconds):
        """Medians of the parts and of the whole of steps that last about so long."""
        steps = []
        end = time.perf_counter() + seconds
        while time.perf_counter() < end or len(steps) < 3:
            steps.append(self.step()[0])
        return [statistics.median(part) for part in zip(*steps)] + [statistics.median(map(sum, steps))]


def compare(name, threads, options):
    """The medians of both sides and of the ratios, by part."""
    make, shape, classes = MODELS[name]
    torch.set_num_threads(threads)
    wick.set_num_threads(threads)
    torch.manual_seed(0)
    data, target = torch.randn(shape), torch.randint(classes, shape[:1])
    weights = [p.detach().clone() for p in make(torch.nn).parameters()]
    sides = [Trainer(side, make, data, target, weights) for side in (torch, wick)]
    ours, theirs = sides[1].step()[1].item(), sides[0].step()[1].item()
    for side in sides:
        side.run(options.seconds / 4)
    results = {side: [] for side in sides}
    for side in in_turns(sides, options.rounds):
        results[side].append(side.run(options.seconds))
    for a, b in ((ours, theirs), *agreement(make, data, target, weights)):
        if abs(a - b) > 1e-4 * max(1, abs(b)):
            sys.exit(f"{name}: wick's loss is {a}, PyTorch's {b}")
    table = {}
    for number, part in enumerate(PARTS + ["step"]):
        pairs = [(w[number], t[number]) for t, w in zip(results[sides[0]], results[sides[1]])]
        table[part] = [statistics.median(w for w, _ in pairs), statistics.median(t for _, t in pairs),
                       statistics.median(w / t for w, t in pairs)]
    return table


def agreement(make, data, target, weights, steps=10):
    """The losses of both sides after so many steps."""
    losses = []
    for side in (wick, torch):
        trainer = Trainer(side, make, data, target, weights)
        for _ in range(steps):
            loss = trainer.step()[1]
        losses.append(loss.item())
    yield tuple(losses)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--models", default=",".join(MODELS))
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=0.2)
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--parts", action="store_true")
    parser.add_argument("--json")
    options = parser.parse_args()
    figures = {}
    for threads in map(int, options.threads.split(",")):
        print(f"\n{threads} thread{'s' if threads > 1 else ''}: wick's time over PyTorch {torch.__version__}'s, medians of "
              f"{options.rounds} pairs\n\n| training step | wick | PyTorch | ratio |\n|---|---|---|---|")
        for name in options.models.split(","):
            table = figures[f"{name} {threads}"] = compare(name, threads, options)
            for part, (ours, theirs, ratio) in table.items():
                if options.parts or part == "step":
                    print(f"| {name}{'' if part == 'step' else ', ' + part} | {unit(ours)} | {unit(theirs)} | {ratio:.2f} |", flush=True)
    finish([], figures, options.json)


if __name__ == "__main__":
    main()
