#!/usr/bin/env python3
"""Calls from Python: wick's package beside PyTorch's in one process, in turns; medians of pairs.

    eager.py [--rounds 9] [--calls 10000] [--json FILE]

Runs under a Python that has PyTorch 2.13 and takes the wick package from build/python unless PYTHONPATH has another. The seed's network
(512-256-128-2) is called with one row, eager and scripted, as imported (calls are recorded for the parameters) and under no_grad, and the
bare C loop over the same weights stands beside it; operators are called on one element. In a round each side makes its calls, one side after
the other; below 1 wick is faster. Then: two threads on one module beside one, and what importing costs a fresh process.
"""
import argparse
import os
import statistics
import subprocess
import sys
import threading
import time
import warnings

from bare_loop import BareLoop
from pairs import ROOT, finish, in_turns, unit

sys.path.append(os.path.join(ROOT, "build", "python"))
# First, as in a program without PyTorch, whose libraries take the room where a thread's variables are quickly reached.
import wick  # noqa: E402
import torch  # noqa: E402

warnings.filterwarnings("ignore")


def network(side):
    nn = side.nn
    return nn.Sequential(nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 2))


class Calls:
    """One side's calls of one thing."""

    def __init__(self, form, call, records=True, count=10000):
        self.form, self.call, self.records, self.count = form, call, records, count

    def time(self):
        """Seconds of one call, from a loop as the seed has it."""
        call = self.call
        with wick.set_grad_enabled(self.records), torch.set_grad_enabled(self.records):
            start = time.perf_counter()
            for _ in range(self.count):
                call()
            return (time.perf_counter() - start) / self.count


class Loop:
    """The bare C loop."""
    form = "C loop"

    def __init__(self, net, x, count):
        tensors = [p.detach() for p in net.parameters()] + [x]
        self.loop, self.count = BareLoop(b"".join(t.numpy().tobytes() for t in tensors), net(x)[0].tolist()), count

    def time(self):
        return statistics.mean(self.loop.times(self.count))


def compare(peers, rounds):
    """{form: [seconds of each round]}"""
    for peer in peers:
        peer.time()
    times = {peer.form: [] for peer in peers}
    for peer in in_turns(peers, rounds):
        times[peer.form].append(peer.time())
    return times


def ratio(times, a, b):
    return statistics.median(x / y for x, y in zip(times[a], times[b]))


def networks(rounds, count):
    """The seed's loop, in short turns: what else the machine does comes and goes within tenths of a second."""
    turns = 20
    theirs, ours = network(torch), network(wick)
    ours.load_state_dict({name: wick.from_dlpack(value.detach()) for name, value in theirs.state_dict().items()})
    x = torch.randn(1, 512)
    y = wick.from_dlpack(x)
    scripted, compiled = torch.jit.script(theirs), wick.jit.script(ours)
    for records in (True, False):
        peers = [Calls("wick eager", lambda: ours(y), records, count // turns), Calls("PyTorch eager", lambda: theirs(x), records, count // turns),
                 Calls("wick scripted", lambda: compiled(y), records, count // turns),
                 Calls("PyTorch scripted", lambda: scripted(x), records, count // turns), Loop(theirs, x, count // turns)]
        times = compare(peers, rounds * turns)
        print(f"\n| {count} calls of the MLP, {'recorded' if records else 'no_grad'} | wick | PyTorch | wick / PyTorch | wick / C loop |\n|---|---|---|---|---|")
        for form in ("eager", "scripted"):
            a, b = f"wick {form}", f"PyTorch {form}"
            print(f"| {form} | {unit(statistics.median(times[a]))} | {unit(statistics.median(times[b]))} | {ratio(times, a, b):.2f} | {ratio(times, a, 'C loop'):.2f} |")
        print(f"\nwick's scripted / wick's eager: {ratio(times, 'wick scripted', 'wick eager'):.2f}")
        yield {"records": records, **times}


OPERATORS = {
    "a + a": lambda a: lambda: a + a,
    "a * 2.0": lambda a: lambda: a * 2.0,
    "a.relu()": lambda a: lambda: a.relu(),
    "a.exp()": lambda a: lambda: a.exp(),
    "a.sum()": lambda a: lambda: a.sum(),
    "a.view(1)": lambda a: lambda: a.view(1),
    "a.add_(1)": lambda a: lambda: a.add_(1),
    "a > 0": lambda a: lambda: a > 0,
}


def operators(rounds, count):
    """Operators on one element."""
    print("\n| operator on one element | wick | PyTorch | wick / PyTorch |\n|---|---|---|---|")
    ratios = []
    for records in (False, True):
        for name, make in OPERATORS.items():
            if records and name in ("a.add_(1)", "a > 0"):
                continue
            peers = [Calls(side.__name__, make(side.ones(1, requires_grad=records)), True, count) for side in (wick, torch)]
            times = compare(peers, rounds)
            ratios.append(ratio(times, "wick", "torch"))
            print(f"| {name}{', recorded' if records else ''} | {unit(statistics.median(times['wick']))} | {unit(statistics.median(times['torch']))} | {ratios[-1]:.2f} |")
            yield {"operator": name, "records": records, **times}
    print(f"\nGeometric mean: {statistics.geometric_mean(ratios):.2f}")


def threads(rounds):
    """Calls of one module by two threads beside those of one."""
    net = wick.jit.script(network(wick))
    x = wick.randn(64, 512)

    def calls(seconds, counts, i):
        with wick.no_grad():
            end = time.perf_counter() + seconds
            while time.perf_counter() < end:
                net(x)
                counts[i] += 1

    ratios = []
    for _ in range(rounds):
        one, two = [0], [0, 0]
        calls(0.5, one, 0)
        workers = [threading.Thread(target=calls, args=(0.5, two, i)) for i in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        ratios.append(sum(two) / one[0])
    print(f"\nTwo threads on one module (64 rows): {statistics.median(ratios):.2f} times the calls of one")
    return ratios


def imports(rounds):
    """Seconds that `import` takes in a fresh process."""
    times = {"wick": [], "torch": []}
    for _ in range(rounds):
        for name, found in times.items():
            code = f"import time; start = time.perf_counter(); import {name}; print(time.perf_counter() - start)"
            environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
            found.append(float(subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True, env=environment).stdout))
    print(f"\nimport wick: {unit(statistics.median(times['wick']))}; import torch: {unit(statistics.median(times['torch']))}")
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--calls", type=int, default=10000)
    parser.add_argument("--json")
    arguments = parser.parse_args()
    wick.set_num_threads(1)
    torch.set_num_threads(1)
    figures = {"networks": list(networks(arguments.rounds, arguments.calls)), "operators": list(operators(arguments.rounds, arguments.calls)),
               "threads": threads(arguments.rounds), "import": imports(min(arguments.rounds, 5))}
    finish([], figures, arguments.json)


if __name__ == "__main__":
    main()
