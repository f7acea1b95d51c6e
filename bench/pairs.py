"""What the benchmarks share: where things are, peers that take turns, the talk with their processes, and how figures are shown."""
import json
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WICK = os.path.abspath(os.environ.get("WICK_BIN", os.path.join(ROOT, "build", "bin", "wick")))
PY213 = os.environ.get("WICK_ORACLE_PY213", sys.executable)


def in_turns(peers, rounds):
    """Every peer once in each round, another one first each time."""
    for turn in range(rounds):
        yield from peers[turn % len(peers):] + peers[:turn % len(peers)]


def say(answer):
    """From a worker to the process that began it."""
    print("answer " + json.dumps(answer), flush=True)


def hear(process):
    """The worker's next answer; None when it has died. What else it prints is passed over."""
    for line in process.stdout:
        if line.startswith("answer "):
            return json.loads(line[7:])
    return None


def unit(seconds):
    return f"{seconds * 1e6:.1f} µs" if seconds < 1e-3 else f"{seconds * 1e3:.2f} ms" if seconds < 1 else f"{seconds:.2f} s"


def finish(notes, figures, path):
    """The end of a report: what was not measured, and the figures in a file if one is wanted."""
    if notes:
        print("\nNot measured:\n\n" + "\n".join("- " + n for n in notes))
    if path:
        with open(path, "w") as f:
            json.dump(figures, f, indent=1)
