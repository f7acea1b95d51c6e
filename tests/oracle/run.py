"""The oracle suite: builds the zoo in both PyTorchs and holds wick against them.

    PYTHON -m pytest tests/oracle/run.py [-k NAME] [-x]

PYTHON is one with PyTorch 2.13, NumPy and pytest (setup.sh makes it). Settings, all of them environment variables:

    WICK_BIN             the command line; default build/bin/wick
    WICK_ORACLE_PY213    Python with PyTorch 2.13 (and transformers); default: the one that runs this
    WICK_ORACLE_PY113    Python with PyTorch 1.13 and torchvision 0.14; default /usr/bin/python3
    WICK_ORACLE_DIR      where the zoo is built, once for each state of its sources; default build/oracle
    WICK_ORACLE_BIG      set: also the models of hundreds of megabytes
"""
import functools
import hashlib
import json
import os
import re
import subprocess
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)

import oracle_io
import zoo
from graph_text import plain_graph

WICK = os.path.abspath(os.environ.get("WICK_BIN", os.path.join(ROOT, "build", "bin", "wick")))
PYTHONS = {"t213": os.environ.get("WICK_ORACLE_PY213", sys.executable), "t113": os.environ.get("WICK_ORACLE_PY113", "/usr/bin/python3")}
VERSIONS = {"t213": "2.13", "t113": "1.13"}
BUILD = os.path.abspath(os.environ.get("WICK_ORACLE_DIR", os.path.join(ROOT, "build", "oracle")))
NAMES = [e.name for e in zoo.REGISTRY.values() if not e.big or os.environ.get("WICK_ORACLE_BIG")]
EACH = pytest.mark.parametrize("tag, name", [(t, n) for t in PYTHONS for n in NAMES])


# ---- the two PyTorchs ---------------------------------------------------------------------------------

@functools.lru_cache(maxsize=None)
def lacking(tag):
    """Why this PyTorch can't be used, or None."""
    try:
        done = subprocess.run([PYTHONS[tag], "-c", "import torch; print(torch.__version__)"], capture_output=True, text=True)
    except OSError as error:
        return f"no PyTorch {VERSIONS[tag]}: {error}"
    if done.returncode != 0:
        return f"no PyTorch {VERSIONS[tag]}: {PYTHONS[tag]} can't import torch"
    if not done.stdout.startswith(VERSIONS[tag]):
        return f"no PyTorch {VERSIONS[tag]}: {PYTHONS[tag]} has {done.stdout.strip()}"
    return None


def stamp_of_sources():
    digest = hashlib.sha256()
    for name in ("zoo.py", "nets.py", "programs.py", "oracle_io.py"):
        with open(os.path.join(HERE, name), "rb") as f:
            digest.update(f.read())
    return digest.hexdigest()


SELECTED = {"t213": set(), "t113": set()}  # models that this session tests, built in one go


@functools.lru_cache(maxsize=None)
def built(tag, name):
    """The folder with the model, built if need be; skips what this PyTorch lacks."""
    reason = lacking(tag)
    if reason:
        pytest.skip(reason)
    folder = os.path.join(BUILD, tag)
    os.makedirs(folder, exist_ok=True)
    want = stamp_of_sources()
    if stale(folder, name, want):
        wanted = [n for n in NAMES if n in SELECTED[tag] and stale(folder, n, want)]
        done = subprocess.run([PYTHONS[tag], os.path.join(HERE, "zoo.py"), "build", "--out", folder] + wanted, capture_output=True, text=True)
        lines = {line.split()[1].rstrip(":"): line for line in done.stdout.splitlines() if line[:2] in ("+ ", "- ", "! ")}
        for n in wanted:
            line = lines.get(n, "! " + n + ": " + (done.stderr or done.stdout)[-2000:])
            with open(os.path.join(folder, n + ".note"), "w") as f:
                f.write(line)
            if not line.startswith("!"):
                with open(os.path.join(folder, n + ".stamp"), "w") as f:
                    f.write(want)
    note = open(os.path.join(folder, name + ".note")).read()
    if note.startswith("- "):
        pytest.skip(note[2:])
    assert note.startswith("+ "), f"PyTorch itself failed: {note}"
    return folder


def stale(folder, name, want):
    stamp = os.path.join(folder, name + ".stamp")
    return not (os.path.exists(stamp) and open(stamp).read() == want)


SERVERS = []


@functools.lru_cache(maxsize=None)
def server(tag):
    SERVERS.append(subprocess.Popen([PYTHONS[tag], os.path.join(HERE, "zoo.py"), "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
    return SERVERS[-1]


def verify(tag, archive, folder, name):
    process = server(tag)
    process.stdin.write(json.dumps([archive, folder, name]) + "\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        server.cache_clear()
        pytest.fail(f"PyTorch {VERSIONS[tag]} died on {archive}")
    return json.loads(line)


# ---- wick ---------------------------------------------------------------------------------------------

def wick(*args, code=0):
    done = subprocess.run([WICK, *args], capture_output=True, text=True)
    assert done.returncode == code, f"wick {' '.join(args)}: exit {done.returncode}, not {code}\n{done.stderr[-3000:]}{done.stdout[-500:]}"
    return done


@pytest.fixture(scope="session", autouse=True)
def session(request):
    if not os.access(WICK, os.X_OK):
        pytest.exit(f"no wick at {WICK}: build it, or set WICK_BIN", returncode=2)
    for item in request.session.items:
        values = item.callspec.params if hasattr(item, "callspec") else {}
        if "tag" in values:
            SELECTED[values["tag"]].add(values["name"])
    yield
    for process in SERVERS:
        process.stdin.close()
        process.wait()


def record_of(folder, name):
    with open(os.path.join(folder, name + ".json")) as f:
        return json.load(f)


def same_text(text):
    """Warnings are numbered in the order in which a process meets them."""
    return re.sub(r"warn_id=\d+", "warn_id=N", text)


@EACH
def test_run(tag, name, tmp_path):
    """Every case gives PyTorch's result: structure, dtypes, shapes, values; or PyTorch's exception."""
    folder = built(tag, name)
    record = record_of(folder, name)
    found = []
    for case in record["cases"]:
        args = ["run", os.path.join(folder, name + ".pt"), "--calls" if case["sequence"] else "--inputs", os.path.join(folder, case["inputs"])]
        if not case["sequence"]:
            args += ["--method", case["method"]]
        out = str(tmp_path / "outputs.pt")
        try:
            done = wick(*args, "--outputs", out, code=1 if "raises" in case else 0)
        except AssertionError as error:
            found.append(f"{case['name']}: {error}")
            continue
        if "raises" not in case:
            found += oracle_io.differences(oracle_io.read(out), oracle_io.read(os.path.join(folder, case["outputs"])),
                                           record["rtol"], oracle_io.tolerance(record, case), case["name"])
        elif case["raises"].split(": ", 1)[-1] not in done.stderr:
            found.append(f"{case['name']}: {case['raises']!r} is not in the message {done.stderr!r}")
    assert not found, "\n".join(found)


@EACH
@pytest.mark.parametrize("what", ["code", "graph"])
def test_text(tag, name, what):
    """The text of every method, submodules' included, is PyTorch's."""
    folder = built(tag, name)
    with open(os.path.join(folder, f"{name}.{what}.txt")) as f:
        want = f.read()
    assert same_text(wick(what, os.path.join(folder, name + ".pt"), "--all").stdout) == same_text(want)


# Graphs without calls that differ, and why (of torchvision's told by how often each operator occurs). An entry that is needed no
# more fails.
OF_CONVOLUTIONS = "PyTorch takes results of convolutions to have a batch, and drops what checks it"
OTHER_INLINED = {
    "convnet": OF_CONVOLUTIONS,
    "numerics": "values that PyTorch has replaced have lost their names",
    "vision_ops": "PyTorch takes lists apart that it has put together just before",
    **{
        name: OF_CONVOLUTIONS
        for name in (
            "resnet18", "resnet50", "mobilenet_v3_large", "vgg11_bn", "densenet121", "googlenet", "shufflenet_v2_x1_0", "efficientnet_b0",
            "deeplabv3_mobilenet_v3_large", "fasterrcnn_mobilenet_v3_large_320_fpn",
        )
    },
}


@EACH
def test_inlined_graph(tag, name):
    """What forward calls, in place, has the form that PyTorch brings it to; the numbers of values aside."""
    folder = built(tag, name)
    with open(os.path.join(folder, name + ".inlined.txt")) as f:
        want = f.read()
    if not want:
        pytest.skip("no forward")
    ours = wick("graph", os.path.join(folder, name + ".pt"), "--inlined").stdout
    assert (plain_graph(same_text(ours)) != plain_graph(same_text(want))) == (name in OTHER_INLINED)


@EACH
def test_check(tag, name):
    """Everything in the archive is known to wick, and inspecting it runs nothing and fails nowhere."""
    folder = built(tag, name)
    wick("check", os.path.join(folder, name + ".pt"))
    wick("inspect", os.path.join(folder, name + ".pt"))


@EACH
def test_convert(tag, name, tmp_path):
    """What wick saves, PyTorch loads and runs to the same results; saving it again changes no byte."""
    folder = built(tag, name)
    source, once, twice = os.path.join(folder, name + ".pt"), str(tmp_path / "once.pt"), str(tmp_path / "twice.pt")
    wick("convert", source, once)
    wick("convert", once, twice)
    with open(once, "rb") as a, open(twice, "rb") as b:
        assert a.read() == b.read(), "the second saving differs from the first"
    os.remove(twice)
    found, tried = [], []
    for other in PYTHONS:
        if lacking(other):
            continue
        if "unloadable" in verify(other, source, folder, None):
            continue  # not PyTorch's own archive either: newer operators, or no torchvision there
        tried.append(other)
        answer = verify(other, once, folder, name)
        found += [f"PyTorch {VERSIONS[other]} does not load it: {answer['unloadable']}"] if "unloadable" in answer else \
                 [f"PyTorch {VERSIONS[other]}: {d}" for d in answer["differences"]]
    os.remove(once)
    assert tried, "no PyTorch loads the original"
    assert not found, "\n".join(found)


# ---- the fixtures in the tree, through the command line -------------------------------------------------

OLD = os.path.join(ROOT, "tests", "data", "old")


@pytest.mark.parametrize("name", sorted(f[:-5] for f in os.listdir(OLD) if f.endswith(".json")) if os.path.isdir(OLD) else [])
def test_old_version(name, tmp_path):
    """Archives of older versions behave as PyTorch's upgraders make them, and still do when wick has saved them."""
    record = record_of(OLD, name)
    source, saved = os.path.join(OLD, name + ".pt"), str(tmp_path / "saved.pt")
    wick("convert", source, saved)
    found = []
    for path in (source, saved):
        for case in record["cases"]:
            out = str(tmp_path / "outputs.pt")
            wick("run", path, "--method", case["method"], "--inputs", os.path.join(OLD, case["inputs"]), "--outputs", out, code=1 if "raises" in case else 0)
            if "raises" not in case:
                found += oracle_io.differences(oracle_io.read(out), oracle_io.read(os.path.join(OLD, case["outputs"])), where=f"{os.path.basename(path)} {case['name']}")
    if not lacking("t213"):
        answer = verify("t213", saved, OLD, name)
        found += [answer["unloadable"]] if "unloadable" in answer else answer["differences"]
    assert not found, "\n".join(found)
