#!/usr/bin/env python3
"""Programs of plain numbers, lists, dicts, strings and classes: wick beside CPython and TorchScript; and how fast text is compiled.

    programs.py [--programs fib,words] [--rounds 7] [--seconds 0.2] [--lines 1000,5000,20000,100000] [--json FILE]

Every text of bench/programs runs unchanged in CPython (this one), in torch.jit.script (PyTorch of WICK_ORACLE_PY213) and
in wick (WICK_BIN, default build/bin/wick); their results must be equal. In a round each runs its calls for about
--seconds, one peer after the other, in a process that has called before; a ratio is the peer's fastest call in a round over wick's in that
round, and the table shows medians over the rounds: above 1 wick is faster.

Compiling: a generated program of so many lines, from its text to the graphs of a function that calls all others; --times of
`wick run` tells how long, and torch.jit.script is timed up to 5,000 lines.
"""
import argparse
import importlib.util
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time

from pairs import PY213, ROOT, WICK, finish, hear, in_turns, say, unit

# Each with an argument that gives a call of some milliseconds.
PROGRAMS = {"nbody": 1000, "mandelbrot": 60, "sieve": 100000, "fib": 20, "calls": 10000, "arithmetic": 2000, "words": 20000, "lists": 300, "dicts": 20000,
            "strings": 500, "objects": 10000}
TORCH_LINES = 5000


def load(path):
    spec = importlib.util.spec_from_file_location("program", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["program"] = module
    spec.loader.exec_module(module)
    return module


def complaint(text):
    """The line of a peer's stderr that says what is wrong, and the one after it."""
    lines = [line.strip() for line in text.splitlines() if line.strip()] or ["it died"]
    at = next((i for i, line in enumerate(lines) if "Error" in line or "error:" in line), len(lines) - 1)
    return " ".join(lines[at:at + 2])[:200]


def output(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{os.path.basename(command[0])}: {complaint(done.stderr)}")
    return done.stdout


# ---- the worker: CPython or TorchScript in a process of its own ---------------------------------------------------

def serve(form, path, argument):
    function = load(path).run
    if form == "torch":
        import torch
        torch.set_num_threads(1)
        function = torch.jit.script(function)
    result = [function(argument) for _ in range(3)][-1]  # TorchScript has optimised after the second call
    say(result)
    for line in sys.stdin:
        times = []
        for _ in range(int(line)):
            start = time.perf_counter()
            function(argument)
            times.append(time.perf_counter() - start)
        say(times)


class Peer:
    def __init__(self, form, path, argument):
        self.form = form
        command = [PY213 if form == "torch" else sys.executable, "-W", "ignore", os.path.abspath(__file__), "--worker", form, path, str(argument)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.result = self.answer()

    def answer(self):
        answer = hear(self.process)
        if answer is None:
            raise RuntimeError(f"{self.form}: {complaint(self.process.stderr.read())}")
        return answer

    def times(self, count):
        self.process.stdin.write(f"{count}\n")
        self.process.stdin.flush()
        return self.answer()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Wick:
    form = "wick"

    def __init__(self, path, argument):
        self.command = [WICK, "run", path, "--entry", "run", "--input", str(argument), "--threads", "1"]
        self.result = json.loads(output(self.command))

    def times(self, count):
        with tempfile.NamedTemporaryFile(suffix=".json") as f:
            output(self.command + ["--repeat", str(count + 1), "--times", f.name])
            return json.load(open(f.name))["calls"][1:]

    def close(self):
        pass


def compare(name, rounds, seconds, notes):
    """{form: [median seconds of each round]}; a form that refuses the program is left out, with a note."""
    path = os.path.join(ROOT, "bench", "programs", name + ".py")
    peers = [Wick(path, PROGRAMS[name])]
    for form in ("cpython", "torch"):
        try:
            peers.append(Peer(form, path, PROGRAMS[name]))
        except RuntimeError as error:
            notes.append(f"{name}, {error}")
    for peer in peers:
        assert math.isclose(peer.result, peers[0].result, rel_tol=1e-12), (name, peer.form, peer.result, peers[0].result)
    counts = {p.form: max(1, int(seconds / statistics.median(p.times(3)))) for p in peers}
    medians = {p.form: [] for p in peers}
    for peer in in_turns(peers, rounds):
        medians[peer.form].append(min(peer.times(counts[peer.form])))
    for peer in peers:
        peer.close()
    return medians


# ---- compiling ----------------------------------------------------------------------------------------------

FUNCTION = """
def f{i}(x: Tensor, n: int, names: List[str]) -> Tensor:
    total = 0
    scale = 1.0
    seen: Dict[str, int] = {{}}
    for k in range(n):
        if k % {m} == 0:
            total += k * {m}
        elif k > {m} and total < 1000:
            total -= k
            continue
        scale = scale * 0.5 + float(total)
    for name in names:
        if name in seen:
            seen[name] += len(name)
        else:
            seen[name] = {m}
    while total > 100:
        total = total // 2 + {m}
    y = torch.relu(x * scale) + float(total)
    if y.dim() > 1 and len(seen) > {m}:
        y = y.sum(dim=1).view([-1, 1])
    else:
        y = torch.sigmoid(y).mul(2.0)
    pairs = [(a, len(a) + {m}) for a in names]
    if len(pairs) > 0:
        y = y + pairs[0][1]
    return y{call}
"""


def generated(lines):
    """A program of about so many lines: functions of 27, which call one before them, and `run`, which calls all."""
    parts = ["import torch\nfrom torch import Tensor\nfrom typing import Dict, List\n"]
    count = max(1, lines // (FUNCTION.count("\n") + 1))
    for i in range(count):
        parts.append(FUNCTION.format(i=i, m=i % 7 + 1, call=f" + f{i - 10}(x, n, names)" if i >= 10 and i % 10 == 0 and i % 100 != 0 else ""))
    parts.append("\ndef run(x: Tensor, n: int, names: List[str]) -> Tensor:\n")
    parts += [f"    x = f{i}(x, n, names)\n" for i in range(count)]
    return "".join(parts) + "    return x\n"


TORCH_COMPILE = """
import sys, time
sys.path.insert(0, sys.argv[1])
import torch, program
start = time.perf_counter()
torch.jit.script(program.run)
print(time.perf_counter() - start)
"""


def compile_seconds(lines, rounds):
    """The program's length, wick's median seconds, and the median of the ratios of PyTorch's."""
    text = generated(lines)
    wick, torch = [], []
    with tempfile.TemporaryDirectory() as folder:
        path, times = os.path.join(folder, "program.py"), os.path.join(folder, "times.json")
        with open(path, "w") as f:
            f.write(text)
        for _ in range(rounds):
            output([WICK, "run", path, "--entry", "run", "--input", "zeros(1)", "--input", "0", "--input", "['a']", "--times", times])
            wick.append(json.load(open(times))["load"])
            if lines <= TORCH_LINES:
                torch.append(float(output([PY213, "-W", "ignore", "-c", TORCH_COMPILE, folder])))
    return text.count("\n"), statistics.median(wick), statistics.median(t / w for t, w in zip(torch, wick)) if torch else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", default=",".join(PROGRAMS))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.2, help="of each peer in each round")
    parser.add_argument("--lines", default="1000,5000,20000,100000", help="lengths of the programs to compile")
    parser.add_argument("--json", help="also write the figures there")
    parser.add_argument("--worker", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.worker:
        return serve(args.worker[0], args.worker[1], int(args.worker[2]))
    notes, figures = [], {"rounds": args.rounds, "programs": {}, "compile": {}}
    if args.programs:
        print(f"\n## Programs: the fastest call of the peer over that of wick, medians of {args.rounds} pairs\n")
        print("| program | wick | CPython / wick | TorchScript / wick |\n|---|---|---|---|")
    for name in filter(None, args.programs.split(",")):
        medians = figures["programs"][name] = compare(name, args.rounds, args.seconds, notes)
        ratios = [f"{statistics.median(p / w for p, w in zip(medians[f], medians['wick'])):.1f}" if f in medians else "–" for f in ("cpython", "torch")]
        print(f"| {name} | {unit(statistics.median(medians['wick']))} | " + " | ".join(ratios) + " |", flush=True)
    if args.lines:
        print("\n## Compiling\n\n| lines | wick | lines per second | torch.jit.script / wick |\n|---|---|---|---|")
    for lines in [int(n) for n in filter(None, args.lines.split(","))]:
        count, seconds, ratio = figures["compile"][lines] = compile_seconds(lines, min(args.rounds, 3))
        print(f"| {count} | {unit(seconds)} | {count / seconds:,.0f} | {f'{ratio:.1f}' if ratio else '–'} |", flush=True)
    finish(notes, figures, args.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
