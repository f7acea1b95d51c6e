#!/usr/bin/env python3
"""Makes the fixtures in this folder, with PyTorch: small archives, what PyTorch gives for them, and its texts.

    make.py models [--out DIR] [NAME…]    archives of this PyTorch: DIR/t213 or DIR/t113 (see README.md for what each file is)
    make.py old [--out DIR]               archives of older file versions: today's PyTorch, with the records rewritten
    make.py saved [--out DIR]             torch.save and safetensors files, each with a description in JSON

Run each under both PyTorchs (`old` under today's). The result depends on nothing but the PyTorch version.
"""
import argparse
import dataclasses
import functools
import importlib.machinery
import json
import os
import re
import struct
import sys
import traceback
import types
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "oracle"))


# ---- neutral source names: where a file lies on the machine that made a fixture is of no interest --------

def neutral(path):
    """site-packages/torch/nn/modules/linear.py, nets.py"""
    if path is None or not os.path.isabs(path):
        return path
    cut = re.sub(r".*/(site|dist)-packages/", "site-packages/", path)
    return cut if cut != path else os.path.basename(path)


def neutral_code(code):
    inner = tuple(neutral_code(c) if isinstance(c, types.CodeType) else c for c in code.co_consts)
    return code.replace(co_filename=neutral(code.co_filename), co_consts=inner)


def neutral_sources():
    """Traces record the file names in code objects, scripting asks inspect: change both, before anything is imported."""
    load = importlib.machinery.SourceFileLoader.get_code
    importlib.machinery.SourceFileLoader.get_code = lambda self, name: neutral_code(load(self, name))
    import torch._sources
    original = torch._sources.get_source_lines_and_file

    def short(obj, error_msg=None):
        lines, number, name = original(obj, error_msg)
        return lines, number, neutral(name)

    for module in [m for m in list(sys.modules.values()) if getattr(m, "get_source_lines_and_file", None) is original]:
        module.get_source_lines_and_file = short


neutral_sources()

import torch
from torch import nn

import nets
import oracle_io
import zoo
from zoo import Case, Model, calibrate, forward, ids, method, padded, script, trace

TINY = {}
tiny = functools.partial(zoo.model, registry=TINY)


# ---- models: small relatives of the zoo -------------------------------------------------------------

# Small enough as they are.
for name in """streaming_audio customs control_flow attributes setstate contexts awaits trace_of_script traced_methods vision_ops
               loops conditions values containers calls hooks""".split():
    TINY[name] = zoo.REGISTRY[name]

# From one PyTorch only; the oracle suite has both.
SWEEPS = "activations norms pools convs shapes losses numerics".split()
LONG = SWEEPS + ["transformer", "attention", "detector"]  # texts of no new kind
for name in SWEEPS + ["control_flow", "rnn_cells"]:
    TINY[name] = dataclasses.replace(zoo.REGISTRY[name], needs=("torch>=2",))


@tiny()
def convnet():
    net = calibrate(nets.ConvNet(4, 3), torch.randn(4, 3, 16, 16))
    return Model(script(net), [forward("b1", torch.randn(1, 3, 16, 16)), forward("b2", torch.randn(2, 3, 11, 9)),
                               forward("channels_last", torch.randn(2, 3, 8, 8).to(memory_format=torch.channels_last))])


@tiny()
def convnet_frozen():
    net = calibrate(nets.ConvNet(4, 3), torch.randn(4, 3, 16, 16))
    return Model(torch.jit.freeze(script(net)), [forward("b2", torch.randn(2, 3, 11, 9))])


@tiny()
def kv_decoder():
    net = nets.KVDecoder(vocab=24, d=12, heads=2, context=32)
    for p in net.parameters():
        p.data.mul_(1.5)
    caches = [(torch.randn(2, 2, 5, 6), torch.randn(2, 2, 5, 6)) for _ in range(2)]
    return Model(script(net), [forward("prefill", ids(24, 2, 7)), forward("step", ids(24, 2, 1), caches),
                               method("generate", ids(24, 1, 4), 20), method("generate", ids(24, 3, 4), 12, 5, case="generate_b3")])


@tiny(needs=("torch>=2",))
def beam_search():
    return Model(script(nets.BeamSearch(vocab=20, d=12, beam=3, max_len=8)), [forward("a", 2, torch.randn(12)), forward("b", 7, torch.randn(12))])


@tiny(needs=("torch>=2",))
def attention():
    return Model(script(nets.Attention(12, 3)), [forward("b2", torch.randn(2, 5, 12), torch.randn(2, 7, 12))])


@tiny()
def mlp():
    sizes = (512, 256, 128, 2) if not zoo.OLD else (16, 12, 8, 2)  # the real one once, its 656 KB are too much for twice
    return Model(script(nets.MLP(*sizes)), [forward("b1", torch.randn(1, sizes[0])), forward("b4", torch.randn(4, sizes[0]))])


@tiny()
def mlp_traced():
    return Model(trace(nets.MLP(16, 12, 8, 2), torch.randn(1, 16)), [forward("b1", torch.randn(1, 16)), forward("b4", torch.randn(4, 16))])


@tiny()
def lstm():
    x, h, c = torch.randn(5, 3, 6), torch.randn(4, 3, 8), torch.randn(4, 3, 8)
    return Model(script(nets.Recurrent(6, 8, 2, bidirectional=True)), [forward("plain", x), forward("hx", x, (h, c))])


@tiny(needs=("torch>=2",))
def gru():
    return Model(script(nets.RecurrentGRU(6, 8, 2, batch_first=True)), [forward("plain", torch.randn(3, 5, 6)), forward("unbatched", torch.randn(5, 6))])


@tiny()
def lstm_traced():
    x = torch.randn(5, 2, 6)
    return Model(trace(nn.LSTM(6, 8), x), [forward("b2", x)])


@tiny()
def lstm_packed():
    net = nets.PackedRNN("lstm", 6, 8, 1)
    return Model(script(net), [forward("b4", torch.randn(4, 7, 6), torch.tensor([5, 7, 1, 3]))])


@tiny()
def gru_packed():
    net = nets.PackedRNN("gru", 6, 8, 2, bidirectional=False)
    return Model(script(net), [forward("b3", torch.randn(3, 7, 6), torch.tensor([5, 7, 1]))])


@tiny()
def transformer_encoder():
    net = nets.MaskedEncoder(vocab=20, d=8, heads=2, ff=12, layers=1)
    return Model(script(net), [forward("b1", padded(20, 4), False), forward("b3", padded(20, 6, 2, 5), False), forward("causal", padded(20, 3, 5), True)])


@tiny(needs=("torch>=2",))
def transformer():
    pad = torch.tensor([[False, False, False, True], [False] * 4])
    return Model(script(nets.Seq2Seq(8, 2, 1, 12)), [forward("padded", torch.randn(4, 2, 8), torch.randn(3, 2, 8), pad)])


def hugging(kind: str, name: str):
    @tiny(name, needs=("transformers",))
    def build():
        import transformers
        transformers.logging.set_verbosity_error()
        if kind == "bert":
            net = transformers.BertModel(transformers.BertConfig(
                vocab_size=30, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=24, max_position_embeddings=16, return_dict=False))
            x = ids(30, 2, 8)
            mask = torch.ones_like(x)
            mask[1, 5:] = 0
            return Model(trace(net, x, mask), [forward("b2", x, mask), forward("b1", ids(30, 1, 8), torch.ones(1, 8, dtype=torch.long))])
        net = zoo.Logits(transformers.GPT2LMHeadModel(transformers.GPT2Config(vocab_size=30, n_embd=16, n_layer=1, n_head=2, n_positions=16, use_cache=False)))
        x = ids(30, 2, 8)
        return Model(trace(net, x), [forward("b2", x)])


hugging("bert", "bert_tiny")
hugging("gpt2", "gpt2_tiny")


@tiny()
def recommender():
    return Model(script(nets.Recommender(rows=20, d=4)), [forward("b5", *zoo.recommender_inputs(5, rows=20))])


@tiny(needs=("torchvision",))
def detector():
    """torchvision's Faster R-CNN on a tiny backbone."""
    from torchvision.models.detection import FasterRCNN
    from torchvision.models.detection.rpn import AnchorGenerator
    backbone = nn.Sequential(nn.Conv2d(3, 8, 3, stride=4, padding=1), nn.BatchNorm2d(8), nn.ReLU())
    backbone.out_channels = 8
    from torchvision.models.detection.faster_rcnn import TwoMLPHead, FastRCNNPredictor
    from torchvision.ops import MultiScaleRoIAlign
    net = FasterRCNN(backbone, rpn_anchor_generator=AnchorGenerator(((8, 16),), ((0.5, 1.0, 2.0),)), min_size=48, max_size=64,
                     box_roi_pool=MultiScaleRoIAlign(["0"], 2, 2), box_head=TwoMLPHead(8 * 4, 12), box_predictor=FastRCNNPredictor(12, 4),
                     rpn_pre_nms_top_n_test=50, rpn_post_nms_top_n_test=20, box_score_thresh=0.2, box_detections_per_img=8).eval()
    zoo.freeze_statistics(net, lambda: net([torch.rand(3, 40, 50)]))
    with torch.no_grad():
        net.rpn.head.cls_logits.weight.mul_(20)
        net.roi_heads.box_predictor.cls_score.weight.mul_(10)
    return Model(script(net), [forward("two", [torch.rand(3, 40, 50), torch.rand(3, 44, 36)], None)])


# ---- models: archives, cases, texts -----------------------------------------------------------------

def make_one(name: str, out: str):
    """In a process of its own, so that type names aren't mangled by the models before it."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            record = zoo.build(TINY[name], out, texts=name not in LONG + (["transformer_encoder"] if zoo.OLD else []))
            print(f"+ {name}: {len(record['cases'])} cases, {os.path.getsize(os.path.join(out, name + '.pt')) // 1024} KB", flush=True)
            status = 0
        except Exception as error:
            traceback.print_exc()
            print(f"! {name}: {type(error).__name__}: {str(error)[-2000:]}", flush=True)
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1] == 0


def make_models(args) -> int:
    out = os.path.join(args.out, "t113" if zoo.OLD else "t213")
    os.makedirs(out, exist_ok=True)
    zoo.register_vision_operators()
    torch.set_num_threads(1)
    good = True
    for name in args.names or list(TINY):
        lacking = zoo.missing(TINY[name])
        if lacking:
            print(f"- {name}: left out, no {', '.join(lacking)} here")
        else:
            good = make_one(name, out) and good
    return 0 if good else 1


# ---- archives of older versions -----------------------------------------------------------------------

class OldOps(nn.Module):
    """Stubs with the right signatures; OLD_CODE replaces what is saved for them."""

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return x


OLD_HEAD = """class OldOps(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
"""


def old_programs():
    """Programs as PyTorch of that time wrote them: name -> (version, [(text, method, body, calls)])."""
    i, j = torch.tensor([7, -7, 8]), torch.tensor([2, 2, -3])
    f = torch.tensor([7.0, -7.0, 8.0])
    binary = "  def {name}(self: __torch__.{module}.OldOps,\n    a: Tensor,\n    b: Tensor) -> Tensor:\n    return {body}\n"
    scalar = "  def {name}(self: __torch__.{module}.OldOps,\n    a: Tensor) -> Tensor:\n    return {body}\n"
    none = "  def {name}(self: __torch__.{module}.OldOps) -> Tensor:\n    return {body}\n"
    untyped = "  def {name}(self: __torch__.{module}.OldOps,\n    a: Tensor,\n    b: Tensor):\n    return {body}\n"
    division = [
        (binary, "forward", "torch.div(a, b)", [("ints", (i, j)), ("mixed", (i, f)), ("floats", (f, f * 2))]),
        (binary, "div_inplace", "torch.div_(a, b)", [("ints", (i, j)), ("floats", (f, f * 2))]),
        (binary, "div_out", "torch.div(a, b, out=torch.zeros_like(a))", [("ints", (i, j)), ("floats", (f, f * 2))]),
        (scalar, "div_scalar", "torch.div(a, 2)", [("ints", (i,)), ("floats", (f,))]),
        (scalar, "div_float", "torch.div(a, 2.5)", [("ints", (i,)), ("floats", (f,))]),
        (scalar, "div_scalar_inplace", "torch.div_(a, 2)", [("ints", (i,)), ("floats", (f,))]),
    ]
    dtype_tail = "dtype={dtype}, layout=None, device=torch.device(\"cpu\"), pin_memory=False"
    full = [
        (none, "forward", "torch.full([2, 3], 4, dtype=None, layout=None, device=None, pin_memory=None)", [("int_fill", ())]),
        (none, "full_float", "torch.full([2], 4.5, " + dtype_tail.format(dtype="None") + ")", [("float_fill", ())]),
        (none, "full_typed", "torch.full([2], 4, " + dtype_tail.format(dtype=4) + ")", [("int_typed", ())]),
        (scalar, "full_out", "torch.full([3], 4, out=a)", [("out", (torch.zeros(3),))]),
    ]
    spaces = [
        (none, "no_steps", "torch.linspace(0, 10, None, dtype=None, layout=None, device=None, pin_memory=None)", [("no_steps", ())]),
        (none, "forward", "torch.linspace(0, 1, 5, dtype=None, layout=None, device=None, pin_memory=None)", [("steps", ())]),
        (none, "logspace_none", "torch.logspace(0, 2, None, 10., dtype=None, layout=None, device=None, pin_memory=None)", [("no_steps", ())]),
        (none, "logspace_steps", "torch.logspace(0, 2, 3, 10., dtype=None, layout=None, device=None, pin_memory=None)", [("steps", ())]),
        (scalar, "linspace_out", "torch.linspace(0, 10, None, out=a)", [("out", (torch.zeros(100),))]),
    ]
    gelu = [
        (scalar, "forward", "torch.gelu(a)", [("floats", (torch.linspace(-3, 3, 7),))]),
        (scalar, "gelu_out", "torch.gelu(a, out=torch.zeros_like(a))", [("floats", (torch.linspace(-3, 3, 7),))]),
    ]
    divmode = [(binary, "forward", "torch.div(a, b, rounding_mode=\"trunc\")", [("ints", (i, j)), ("floats", (f, f * 0.3))]),
               (binary, "floor", "torch.div(a, b, rounding_mode=\"floor\")", [("ints", (i, j))]),
               (scalar, "scalar_mode", "torch.div(a, 2, rounding_mode=\"floor\")", [("ints", (i,))])]
    # What overload a call means and what the tries before it leave behind; the names of results; the operators that aliases stand for.
    overloads = [
        (untyped, "forward", "torch.max(a, 0)", []), (untyped, "two", "torch.sort(torch.aminmax(a)[0])", []), (untyped, "nothing", "torch.manual_seed(3)", []),
        (untyped, "all_out", "torch.all(a, out=b)", []), (untyped, "any_out", "torch.any(a, out=b)", []), (untyped, "bernoulli_p", "torch.bernoulli(a, 0.5)", []),
        (untyped, "bernoulli_tensor", "torch.bernoulli(a, b)", []), (untyped, "mean_out", "torch.mean(a, [0], out=b)", []),
        (untyped, "normal_tensor", "torch.normal(0.5, b)", []), (untyped, "padded", "torch.to_padded_tensor(a, 0.)", []),
        (untyped, "prod_out", "torch.prod(a, 0, out=b)", []), (untyped, "range_of", "torch.range(0, 3)", []),
        (untyped, "sort_out", "torch.sort(a, stable=True, values=a, indices=b)", []), (untyped, "std_out", "torch.std(a, [0], out=b)", []),
        (untyped, "var_out", "torch.var(a, [0], out=b)", []),
        (untyped, "aliases", "torch.swapaxes(torch.rsub(torch.special_softmax(a, 0), torch.concat([torch.clip(b, 0., 1.), torch.absolute(b)])), 0, 1)", []),
        (untyped, "matrices", "torch.multiply(torch.det(torch.inverse(torch.matrix_power(a, 2))), torch.adjoint(b))", [])]
    return {"overloads_v10": (10, overloads), "div_v1": (1, division), "div_v3": (3, division), "div_v4": (4, division), "divmode_v3": (3, divmode),
            "full_v2": (2, full), "full_v4": (4, full), "full_v5": (5, full), "linspace_v7": (7, spaces), "linspace_v8": (8, [p for p in spaces if "None," not in p[2].split("dtype")[0]]),
            "gelu_v9": (9, gelu), "gelu_v10": (10, gelu)}


def repack(source: str, target: str, name: str, change):
    """Copies a zip archive record by record, as PyTorch lays it out: stored, data 64-byte aligned through the extra field."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as new:
        old_top = old.namelist()[0].split("/")[0]
        for entry in old.namelist():
            record = entry[len(old_top) + 1:]
            data = change(record, old.read(entry))
            if data is None:
                continue
            info = zipfile.ZipInfo(f"{name}/{record}", (1980, 1, 1, 0, 0, 0))
            header = new.fp.tell() + 30 + len(info.filename.encode())
            pad = (-(header + 4)) % 64
            info.extra = b"FB" + struct.pack("<H", pad) + b"Z" * pad
            new.writestr(info, data)


def make_old(args) -> int:
    """Version n archives: the records of a fresh archive, the code as it was written then, the version number set back."""
    out = os.path.join(args.out, "old")
    os.makedirs(out, exist_ok=True)
    torch.manual_seed(0)
    base = os.path.join(out, "base.tmp")
    torch.jit.save(torch.jit.script(OldOps()), base)
    for name, (version, programs) in old_programs().items():
        code = OLD_HEAD + "".join(text.format(name=n, module=OldOps.__module__, body=body) for text, n, body, _ in programs)

        def change(record, data):
            if record == "version" or record == ".data/version":
                return f"{version}\n".encode() if record == "version" else None
            if record in ("byteorder", ".data/serialization_id", ".format_version", ".storage_alignment") or record.endswith(".debug_pkl"):
                return None  # unknown at that time
            if record.startswith("code/"):
                return code.encode()
            return data

        path = os.path.join(out, name + ".pt")
        repack(base, path, name, change)
        record = {"name": name, "torch": torch.__version__, "file_version": version, "rtol": 1e-4, "atol": 1e-5, "cases": []}
        number = 0
        for _, method_name, _, calls in programs:
            for label, call_args in calls:
                stem = name if number == 0 else f"{name}.{number}"
                row = {"name": f"{method_name}_{label}", "sequence": False, "method": method_name, "inputs": stem + ".inputs.pt"}
                oracle_io.write(call_args, os.path.join(out, stem + ".inputs.pt"))
                try:
                    result = getattr(torch.jit.load(path), method_name)(*[a.clone() if isinstance(a, torch.Tensor) else a for a in call_args])
                    oracle_io.write(oracle_io.plain(result), os.path.join(out, stem + ".outputs.pt"))
                    row["outputs"] = stem + ".outputs.pt"
                except RuntimeError as error:
                    row["raises"] = str(error).strip().splitlines()[-1]
                record["cases"].append(row)
                number += 1
        with open(os.path.join(out, name + ".json"), "w") as f:
            json.dump(record, f, indent=1)
            f.write("\n")
        zoo.write_texts(path, out, name)
        print(f"+ {name}: {number} cases")
    os.remove(base)
    return 0


# ---- torch.save and safetensors -------------------------------------------------------------------------

def describe(value):
    """A value as JSON: every value is {"type": …}, tensors with dtype, shape, strides, offset, storage bytes and their elements."""
    if isinstance(value, torch.Tensor):
        flat = value.detach().contiguous().view(-1)
        if value.is_complex():
            numbers = [[v.real, v.imag] for v in flat.tolist()]
        else:
            numbers = flat.double().tolist() if value.is_floating_point() else flat.tolist()
        storage = value.untyped_storage() if hasattr(value, "untyped_storage") else value.storage()
        return {"type": "Parameter" if isinstance(value, nn.Parameter) else "Tensor", "dtype": str(value.dtype)[6:], "shape": list(value.shape),
                "stride": list(value.stride()), "offset": value.storage_offset(), "storage_bytes": storage.nbytes(), "requires_grad": value.requires_grad,
                "values": [repr(v) if isinstance(v, float) and (v != v or abs(v) == float("inf")) else v for v in numbers]}
    if isinstance(value, torch.Size):
        return {"type": "Size", "items": list(value)}
    if isinstance(value, (torch.dtype, torch.device, torch.layout)):
        return {"type": type(value).__name__, "value": str(value)}
    if isinstance(value, dict):
        return {"type": type(value).__name__, "items": [[describe(k), describe(v)] for k, v in value.items()]}
    if isinstance(value, (list, tuple, set)):
        return {"type": type(value).__name__, "items": [describe(v) for v in (sorted(value) if isinstance(value, set) else value)]}
    if isinstance(value, complex):
        return {"type": "complex", "value": [value.real, value.imag]}
    if isinstance(value, bytes):
        return {"type": "bytes", "value": value.hex()}
    if isinstance(value, float) and (value != value or abs(value) == float("inf")):
        return {"type": "float", "value": repr(value)}
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2 ** 53:
        return {"type": "int", "value": str(value)}
    return {"type": type(value).__name__, "value": value}


def saved_values():
    from collections import OrderedDict
    base = torch.arange(12.0).reshape(3, 4)
    dtypes = [torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.complex64, torch.complex128, torch.uint8, torch.int8, torch.int16,
              torch.int32, torch.int64, torch.bool]
    mixed = (base, 3, -2.5, "text \u00e9\u2603", None, True, [1, [2.0, ("a", False)]], {"k": torch.tensor([1, 2]), 5: "five"}, 1 - 2j, (), [], {}, 2 ** 62, -2 ** 63,
             float("inf"), float("nan"), "")
    return {
        "state_dict": nets.ConvNet(2, 3).eval().state_dict(),
        "mixed": mixed,
        "dtypes": {str(d)[6:]: torch.tensor([0, 1, 2]).to(d) for d in dtypes},
        "views": [base, base.t(), base[1:, ::2], base[2], base[0, 3], base.expand(2, 3, 4), torch.empty(0, 3), torch.tensor(7)],
        "parameters": OrderedDict(w=nn.Parameter(torch.ones(2, 2)), b=nn.Parameter(torch.zeros(2), requires_grad=False)),
        "objects": [torch.Size([2, 3]), torch.float16, torch.device("cpu"), base.new_tensor(1.5), {"nested": OrderedDict(a=1)}],
        "tensor": base,
    }


def make_saved(args) -> int:
    out = os.path.join(args.out, "saved", "t113" if zoo.OLD else "t213")
    os.makedirs(out, exist_ok=True)

    def note(name, value):
        with open(os.path.join(out, name + ".json"), "w") as f:
            json.dump(describe(value), f, indent=1)
            f.write("\n")

    for name, value in (saved_values_seeded()).items():
        torch.save(value, os.path.join(out, name + ".pt"))
        note(name, torch.load(os.path.join(out, name + ".pt"), **({} if zoo.OLD else {"weights_only": False})))
    for name in ("state_dict", "mixed", "views", "dtypes"):
        value = saved_values_seeded()[name]
        torch.save(value, os.path.join(out, name + "_legacy.pt"), _use_new_zipfile_serialization=False)
        note(name + "_legacy", torch.load(os.path.join(out, name + "_legacy.pt"), **({} if zoo.OLD else {"weights_only": False})))
    try:
        from safetensors.torch import save_file
    except ImportError:
        print("- safetensors: left out, not here")
        return 0
    values = {k: v for k, v in saved_values_seeded()["dtypes"].items() if not v.is_complex()}
    values.update(empty=torch.empty(0, 2), scalar=torch.tensor(3.5), matrix=torch.arange(6.0).reshape(2, 3))
    save_file(values, os.path.join(out, "tensors.safetensors"), metadata={"format": "pt", "note": "text"})
    note("tensors.safetensors", values)
    return 0


def saved_values_seeded():
    torch.manual_seed(0)
    return saved_values()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, make in (("models", make_models), ("old", make_old), ("saved", make_saved)):
        command = commands.add_parser(name)
        command.add_argument("--out", default=HERE)
        command.set_defaults(make=make)
        if name == "models":
            command.add_argument("names", nargs="*")
    args = parser.parse_args()
    return args.make(args)


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":  # PyTorch writes constants in the order of a set
        os.execve(sys.executable, [sys.executable] + sys.argv, dict(os.environ, PYTHONHASHSEED="0"))
    # A bare thread of the module's neutral twin: traces record their whole stack, which would begin with this file's path.
    import _thread
    import make
    done, status = _thread.allocate_lock(), []
    done.acquire()

    def run():
        try:
            status.append(make.main())
        except SystemExit as stop:
            status.append(stop.code)
        finally:
            done.release()

    _thread.start_new_thread(types.FunctionType(neutral_code(run.__code__), globals(), closure=run.__closure__), ())
    done.acquire()
    sys.exit(status[0] if status else 1)
