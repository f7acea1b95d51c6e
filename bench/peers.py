#!/usr/bin/env python3
"""wick beside PyTorch and ONNX Runtime: one run, alternating short rounds, medians of pairs.

    peers.py [--models mlp,resnet18] [--forms eager,onnxruntime] [--rounds 7] [--threads 1,2] [--once mlp] [--json FILE]

WICK_BIN (default build/bin/wick) is measured against the PyTorch 2.13 of WICK_ORACLE_PY213 (default: this Python): the
eager module, and the archive scripted, frozen and optimised for inference; and ONNX Runtime where the exporter can. Archives are the zoo's
(WICK_ORACLE_DIR, default build/oracle; missing ones are built; a model that needs torchvision takes 1.13's archive, and its eager
form torchvision 0.28 in the folder WICK_BENCH_VISION). tests/oracle/setup.sh provides all of these.
In a round each peer runs the same inputs for about --seconds, one after the other; a ratio is wick's median time in a
round over the peer's in that round, and the table shows the median of the rounds' ratios: below 1 wick is faster.

The MLP also gets a bare C loop over the same weights (the cache-bandwidth limit), compiled here by cc.
"""
import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

from bare_loop import BareLoop
from pairs import PY213, ROOT, WICK, finish, hear, in_turns, say, unit

ORACLE = os.path.join(ROOT, "tests", "oracle")
PY113 = os.environ.get("WICK_ORACLE_PY113", "/usr/bin/python3")
ZOO = os.path.abspath(os.environ.get("WICK_ORACLE_DIR", os.path.join(ROOT, "build", "oracle")))
FORMS = ["eager", "scripted", "frozen", "optimised", "onnxruntime"]
MODELS = ("mlp mlp_traced resnet18 resnet50 mobilenet_v3_large vgg11_bn densenet121 googlenet squeezenet1_1 shufflenet_v2_x1_0 efficientnet_b0 "
          "convnext_tiny vit_b_16 swin_t deeplabv3_mobilenet_v3_large fasterrcnn_mobilenet_v3_large_320_fpn lstm lstm_bidirectional lstm_packed gru "
          "transformer transformer_encoder bert_tiny gpt2_tiny bert_base gpt2_base kv_decoder beam_search streaming_audio recommender customs").split()


# ---- the worker: PyTorch and ONNX Runtime in a process of their own -----------------------------------------

def make_vision_importable(torch):
    """torchvision's models without its compiled operators, which exist only for another build of PyTorch."""
    extra = os.environ.get("WICK_BENCH_VISION")
    if extra:
        sys.path.append(extra)
    try:
        import torchvision  # noqa: F401
    except ImportError:
        return
    except RuntimeError:
        import importlib.util
        folder = importlib.util.find_spec("torchvision").submodule_search_locations[0]
        with open(os.path.join(folder, "_meta_registrations.py")) as f:
            text = f.read()
        make_vision_importable.library = torch.library.Library("torchvision", "DEF")
        for name in sorted(set(re.findall(r'register_(?:meta\("|fake\("torchvision::)(\w+)"', text))):
            make_vision_importable.library.define(name + "(Tensor a) -> Tensor")
        for name in [n for n in sys.modules if n.startswith("torchvision")]:
            del sys.modules[name]
        import torchvision  # noqa: F401


class Worker:
    def __init__(self):
        sys.path.insert(0, ORACLE)
        import torch
        self.torch = torch
        make_vision_importable(torch)
        import zoo
        self.zoo = zoo
        self.forms = {}

    def load(self, name, form, archive, inputs, method):
        torch = self.torch
        args = torch.load(inputs)
        self.forms.clear()
        if form == "eager":
            self.zoo.REGISTRY[name].make()
            module = self.zoo.ORIGINALS[-1]
        else:
            module = torch.jit.load(archive)
        if form in ("frozen", "optimised"):
            module = torch.jit.freeze(module.eval(), preserved_attrs=[] if method == "forward" else [method])
        if form == "optimised":
            module = torch.jit.optimize_for_inference(module, [] if method == "forward" else [method])
        if form == "onnxruntime":
            self.forms[form] = (self.export(name, args), None)
        else:
            self.forms[form] = (getattr(module, method), args)

    def export(self, name, args):
        import onnxruntime
        self.zoo.REGISTRY[name].make()
        path = os.path.join(tempfile.gettempdir(), f"peers-{os.getpid()}.onnx")
        self.torch.onnx.export(self.zoo.ORIGINALS[-1], args, path, dynamo=False)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.torch.get_num_threads()
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        os.remove(path)

        def flat(value):
            return [value.numpy()] if isinstance(value, self.torch.Tensor) else [t for v in value for t in flat(v)] if isinstance(value, (list, tuple)) else []

        feed = dict(zip([i.name for i in session.get_inputs()], flat(args)))
        return lambda: session.run(None, feed)

    def run(self, form, count):
        call, args = self.forms[form]
        times = []
        with self.torch.no_grad():
            for _ in range(count):
                start = time.perf_counter()
                call(*args) if args is not None else call()
                times.append(time.perf_counter() - start)
        return times

    def serve(self):
        self.torch.set_grad_enabled(False)
        for line in sys.stdin:
            request = json.loads(line)
            try:
                if request["do"] == "threads":
                    self.torch.set_num_threads(request["threads"])
                    answer = {}
                elif request["do"] == "load":
                    self.load(*request["args"])
                    answer = {}
                else:
                    answer = {"times": self.run(request["form"], request["count"])}
            except Exception as error:
                answer = {"error": f"{type(error).__name__}: {str(error).strip().splitlines()[-1] if str(error).strip() else ''}"[:300]}
            say(answer)


class Peer:
    """One form of one model in its own process, so that forms don't share caches, graphs or thread pools."""

    def __init__(self, form, threads, name, archive, inputs, method):
        environment = dict(os.environ, OMP_NUM_THREADS=str(threads), PYTHONWARNINGS="ignore")
        self.form = form
        self.process = subprocess.Popen([PY213, os.path.abspath(__file__), "--worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True, env=environment)
        self.ask(do="threads", threads=threads)
        self.error = self.ask(do="load", args=[name, form, archive, inputs, method]).get("error")
        if not self.error:
            self.error = self.ask(do="run", form=form, count=3).get("error")

    def ask(self, **request):
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            answer = hear(self.process)
        except BrokenPipeError:
            answer = None
        return {"error": "the process died"} if answer is None else answer

    def times(self, count):
        answer = self.ask(do="run", form=self.form, count=count)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["times"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


# ---- wick ------------------------------------------------------------------------------------------------

class Wick:
    form = "wick"

    def __init__(self, threads, archive, inputs, method):
        self.command = [WICK, "run", archive, "--method", method, "--inputs", inputs, "--threads", str(threads)]
        self.error = None

    def report(self, count):
        """What --times wrote: a list of seconds per call, or {"load": seconds, "calls": […]}."""
        with tempfile.NamedTemporaryFile(suffix=".json") as f:
            done = subprocess.run(self.command + ["--repeat", str(count), "--times", f.name], capture_output=True, text=True)
            if done.returncode != 0:
                raise RuntimeError((done.stderr.strip().splitlines() or ["wick failed"])[-1][:300])
            report = json.load(open(f.name))
        return report if isinstance(report, dict) else {"load": None, "calls": report}

    def times(self, count):
        # A fresh process each round: leave out its first calls, in which weights are packed.
        return self.report(count + 6)["calls"][6:]

    def close(self):
        pass


# ---- the bare loop ------------------------------------------------------------------------------------------

DUMP = """
import sys, torch
m = torch.jit.load(sys.argv[1]); x = torch.load(sys.argv[2])[0]
with open(sys.argv[3], "wb") as f:
    for p in m.parameters(): f.write(p.detach().contiguous().numpy().tobytes())
    f.write(x.numpy().tobytes())
print(*m(x)[0].tolist())
"""


def bare_loop(archive, inputs):
    with tempfile.NamedTemporaryFile() as data:
        want = subprocess.run([PY213, "-W", "ignore", "-c", DUMP, archive, inputs, data.name], capture_output=True, text=True, check=True).stdout.split()
        return BareLoop(data.read(), [float(value) for value in want])


# ---- rounds -------------------------------------------------------------------------------------------------

def prepare(name):
    """The model's archive, first inputs and method; built where missing."""
    for tag, python in (("t213", PY213), ("t113", PY113)):
        folder = os.path.join(ZOO, tag)
        record = os.path.join(folder, name + ".json")
        if not os.path.exists(record):
            subprocess.run([python, os.path.join(ORACLE, "zoo.py"), "build", "--out", folder, name], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if os.path.exists(record):
            case = next(c for c in json.load(open(record))["cases"] if not c["sequence"] and "raises" not in c)
            return os.path.join(folder, name + ".pt"), os.path.join(folder, case["inputs"]), case["method"]
    return None


def compare(name, forms, threads, rounds, seconds, notes):
    """{form: [median seconds of each round]}; a form that can't run the model is left out, with a note."""
    found = prepare(name)
    if not found:
        notes.append(f"{name}: no PyTorch here builds it")
        return {}
    archive, inputs, method = found
    peers = [Wick(threads, archive, inputs, method)] + [Peer(f, threads, name, archive, inputs, method) for f in forms]
    if name == "mlp":
        peers.append(bare_loop(archive, inputs))
    medians = {}
    counts = {}
    for peer in peers:
        if not peer.error:
            try:
                counts[peer.form] = max(1, min(20000, int(seconds / statistics.median(peer.times(3)))))
                medians[peer.form] = []
            except RuntimeError as error:
                peer.error = str(error)
        if peer.error:
            notes.append(f"{name}, {peer.form}, {threads} threads: {peer.error}")
    running = [p for p in peers if not p.error]
    for peer in in_turns(running, rounds):
        time.sleep(0.02)  # idle OpenMP threads of the last one stop spinning
        medians[peer.form].append(statistics.median(peer.times(counts[peer.form])))
    for peer in peers:
        peer.close()
    return medians


def ratio(medians, form):
    return statistics.median(w / p for w, p in zip(medians["wick"], medians[form]))


def measured(command):
    """Seconds from start to end of a process, and its peak memory in bytes, which it writes to the file that ends the command.
    (The kernel's own account of a child begins with the memory of this process.)"""
    start = time.perf_counter()
    with tempfile.NamedTemporaryFile() as told:
        process = subprocess.run(command + [told.name], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        seconds = time.perf_counter() - start
        return (seconds, json.load(open(told.name))["peak_memory"]) if process.returncode == 0 else None


ONE_CALL = """
import sys, torch
torch.set_num_threads(1)
with torch.no_grad(): getattr(torch.jit.load(sys.argv[1]), sys.argv[3])(*torch.load(sys.argv[2]))
peak = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")][0]
open(sys.argv[4], "w").write('{"peak_memory": %d}' % (int(peak) * 1024))
"""

LOADS = """
import sys, time, torch, json
times = []
for _ in range(5):
    t = time.perf_counter(); m = torch.jit.load(sys.argv[1]); times.append(time.perf_counter() - t)
print(sorted(times)[2])
"""


def once(name, notes):
    """Start to first result, load time, memory, and the first call against the hundredth: medians over processes."""
    found = prepare(name)
    if not found:
        return None
    archive, inputs, method = found
    command = [WICK, "run", archive, "--method", method, "--inputs", inputs, "--threads", "1", "--outputs", os.devnull, "--times"]
    wick = [m for m in (measured(command) for _ in range(5)) if m]
    if not wick:
        return None
    torch = [m for m in (measured([PY213, "-W", "ignore", "-c", ONE_CALL, archive, inputs, method]) for _ in range(2)) if m]
    count = 100 if statistics.median(w[0] for w in wick) < 0.5 else 5
    reports = [Wick(1, archive, inputs, method).report(count) for _ in range(5)]
    loads = subprocess.run([PY213, "-W", "ignore", "-c", LOADS, archive], capture_output=True, text=True)
    return {"size": os.path.getsize(archive), "start": statistics.median(w[0] for w in wick), "memory": max(w[1] for w in wick), "load": statistics.median(report["load"] for report in reports),
            "first": statistics.median(report["calls"][0] / report["calls"][-1] for report in reports), "torch_start": min((t[0] for t in torch), default=None),
            "torch_memory": max((t[1] for t in torch), default=None), "torch_load": float(loads.stdout) if loads.returncode == 0 else None}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", default=",".join(MODELS))
    parser.add_argument("--forms", default=",".join(FORMS))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.2, help="of each peer in each round")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--once", help="the models whose start, load, memory and first call are shown (default: all of --models)")
    parser.add_argument("--json", help="also write the figures there")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.worker:
        return Worker().serve()
    notes, figures = [], {"rounds": args.rounds, "speed": {}, "once": {}}
    names, forms = args.models.split(","), args.forms.split(",")
    for threads in [int(t) for t in args.threads.split(",")]:
        print(f"\n## {threads} thread{'s' if threads > 1 else ''}: wick's time over the peer's, medians of {args.rounds} pairs\n")
        print("| model | wick | PyTorch eager | " + " | ".join(f"/ {f}" for f in forms) + " | / C loop |")
        print("|---|---|---|" + "---|" * (len(forms) + 1))
        for name in names:
            medians = compare(name, forms, threads, args.rounds, args.seconds, notes)
            figures["speed"].setdefault(str(threads), {})[name] = medians
            cells = [unit(statistics.median(medians[f])) if f in medians else "–" for f in ("wick", "eager")]
            cells += [f"{ratio(medians, f):.2f}" if "wick" in medians and f in medians else "–" for f in forms + ["C loop"]]
            print(f"| {name} | " + " | ".join(cells) + " |", flush=True)
    print("\n## Start, load, memory (1 thread; PyTorch's in brackets)\n")
    print("| model | archive | start to first result | load | peak memory | first call / a late one |\n|---|---|---|---|---|---|")
    for name in names if args.once is None else filter(None, args.once.split(",")):
        row = once(name, notes)
        figures["once"][name] = row
        if row:
            mega = lambda b: "–" if b is None else f"{b / 1e6:.1f} MB"
            some = lambda s: "–" if s is None else unit(s)
            print(f"| {name} | {mega(row['size'])} | {some(row['start'])} ({some(row['torch_start'])}) | {some(row['load'])} ({some(row['torch_load'])}) | "
                  f"{mega(row['memory'])} ({mega(row['torch_memory'])}) | {row['first']:.2f} |", flush=True)
    finish(notes, figures, args.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
