#!/usr/bin/env python3
"""The zoo: models that wick must load and run, built and run by PyTorch.

    zoo.py list
    zoo.py build --out DIR [--big] [NAME…]     writes NAME.pt, NAME*.inputs.pt, NAME*.outputs.pt, NAME.json
    zoo.py ops --out FILE DIR…                 table of every operator used by the archives in DIRs
    zoo.py serve                               checks archives against recorded outputs, for run.py

It runs under PyTorch 1.13 with torchvision 0.14 and under today's PyTorch; a model that needs what this
Python lacks (torchvision, transformers) is left out, with a line that says so.
"""
import argparse
import copy
import importlib.util
import json
import os
import sys
import time
import warnings
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, List, Optional, Tuple

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
warnings.filterwarnings("ignore")

import torch
from torch import nn

import nets
import oracle_io
import programs

Call = Tuple[str, tuple]  # method, positional arguments


@dataclass
class Case:
    """One run of a freshly loaded model: one call, or a sequence of calls when the model keeps state."""
    name: str
    calls: List[Call]
    sequence: bool = False
    raises: bool = False


@dataclass
class Model:
    module: Any  # a scripted or traced module
    cases: List[Case]
    rtol: float = 1e-4
    atol: float = 1e-5
    extra_files: Dict[str, str] = field(default_factory=dict)


@dataclass
class Entry:
    name: str
    make: Callable[[], Model]
    needs: Tuple[str, ...]
    big: bool


REGISTRY: Dict[str, Entry] = {}
OLD = torch.__version__.startswith("1.")


def model(name: Optional[str] = None, needs: Tuple[str, ...] = (), big: bool = False, registry: Dict[str, Entry] = REGISTRY):
    def register(make):
        key = name or make.__name__
        assert key not in registry, key
        registry[key] = Entry(key, make, needs, big)
        return make
    return register


def forward(name: str, *args) -> Case:
    return Case(name, [("forward", args)])


def method(name: str, *args, case: Optional[str] = None) -> Case:
    return Case(case or name, [(name, args)])


def fails(name: str, *args) -> Case:
    return Case(name + "_raises", [(name, args)], raises=True)


ORIGINALS: List[nn.Module] = []  # of what script() and trace() made, for benchmarks of the eager modules


def script(module: nn.Module):
    ORIGINALS.append(module)
    return torch.jit.script(module.eval())


def trace(module: nn.Module, *example, **options):
    ORIGINALS.append(module)
    return torch.jit.trace(module.eval(), example, check_trace=False, **options)


def ids(vocab: int, *shape: int) -> torch.Tensor:
    return torch.randint(1, vocab, shape)


# ---- plain networks -------------------------------------------------------------------------------

@model()
def mlp():
    return Model(script(nets.MLP()), [forward("b1", torch.randn(1, 512)), forward("b2", torch.randn(2, 512)),
                                      forward("b64", torch.randn(64, 512)), forward("3d", torch.randn(2, 3, 512))])


@model()
def mlp_traced():
    x = torch.randn(1, 512)
    return Model(trace(nets.MLP(), x), [forward("b1", x), forward("b8", torch.randn(8, 512))])


@model()
def mlp_double():
    return Model(script(nets.MLP().double()), [forward("b4", torch.randn(4, 512, dtype=torch.float64))])


@model()
def convnet():
    net = calibrate(nets.ConvNet(), torch.randn(4, 3, 32, 32))
    return Model(script(net), [forward("b1", torch.randn(1, 3, 32, 32)), forward("b3", torch.randn(3, 3, 45, 31)),
                               forward("channels_last", torch.randn(2, 3, 32, 32).to(memory_format=torch.channels_last))])


# ---- torchvision ------------------------------------------------------------------------------------

def calibrate(net: nn.Module, x: torch.Tensor) -> nn.Module:
    """Sets the running statistics of batch norms from x, so that deep random nets neither die out nor explode."""
    norms = [m for m in net.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    momenta = [m.momentum for m in norms]
    for m in norms:
        m.reset_running_stats()
        m.momentum = None
        if m.affine:
            nn.init.uniform_(m.weight, 0.7, 1.3)
            nn.init.uniform_(m.bias, -0.2, 0.2)
    net.train()
    with torch.no_grad():
        net(x)
    for m, momentum in zip(norms, momenta):
        m.momentum = momentum
    return net.eval()


def spread(net: nn.Module, x: torch.Tensor) -> nn.Module:
    """Scales the last linear layer so that the outputs have about unit variance."""
    last = [m for m in net.modules() if isinstance(m, nn.Linear)][-1:]
    for layer in last:
        if not layer.weight.any():
            nn.init.normal_(layer.weight, std=0.02)
        with torch.no_grad():
            layer.weight.div_(net(x).std())
    return net


def classifier(name: str, sizes=(64, 96), traced: bool = True, **options):
    def build() -> nn.Module:
        import torchvision
        net = getattr(torchvision.models, name)(weights=None, **options)
        x = torch.randn(4, 3, sizes[1], sizes[1])
        return spread(calibrate(net, x), x[:, :, :sizes[0], :sizes[0]])

    def cases() -> List[Case]:
        return [forward("b1", torch.randn(1, 3, sizes[0], sizes[0])), forward("b2", torch.randn(2, 3, sizes[1], sizes[1]))]

    @model(name, needs=("torchvision",))
    def scripted():
        return Model(script(build()), cases())

    if traced:
        @model(name + "_traced", needs=("torchvision",))
        def trace_of():
            return Model(trace(build(), torch.randn(1, 3, sizes[0], sizes[0])), cases())


classifier("resnet18")
classifier("resnet50", traced=False)
classifier("mobilenet_v3_large")
classifier("vgg11_bn", sizes=(64, 64), traced=False)
classifier("densenet121")
classifier("googlenet", sizes=(96, 96), init_weights=False)
classifier("squeezenet1_1")
classifier("shufflenet_v2_x1_0")
classifier("efficientnet_b0")
classifier("convnext_tiny", traced=False)
classifier("vit_b_16", sizes=(64, 64), image_size=64, traced=False)
classifier("swin_t")


@model(needs=("torchvision",))
def vit_small():
    """vit's blocks at a small width and the usual image size."""
    import torchvision
    net = torchvision.models.VisionTransformer(224, 16, 2, 4, 64, 128)
    nn.init.normal_(net.heads.head.weight, std=0.1)
    return Model(script(net), [forward("b1", torch.randn(1, 3, 224, 224)), forward("b2", torch.randn(2, 3, 224, 224))])


@model(needs=("torchvision",))
def vit_small_traced():
    import torchvision
    net = torchvision.models.VisionTransformer(64, 16, 2, 4, 64, 128)
    nn.init.normal_(net.heads.head.weight, std=0.1)
    x = torch.randn(2, 3, 64, 64)
    return Model(trace(net, x), [forward("b2", x)])


def deeplab() -> nn.Module:
    import torchvision
    net = torchvision.models.segmentation.deeplabv3_mobilenet_v3_large(weights=None, weights_backbone=None, aux_loss=True)
    return calibrate(net, torch.randn(4, 3, 96, 96))


@model(needs=("torchvision",))
def deeplabv3_mobilenet_v3_large():
    return Model(script(deeplab()), [forward("b1", torch.randn(1, 3, 96, 96)), forward("b2", torch.randn(2, 3, 80, 112))])


@model(needs=("torchvision",))
def deeplabv3_mobilenet_v3_large_traced():
    x = torch.randn(1, 3, 96, 96)
    return Model(trace(deeplab(), x, strict=False), [forward("b1", x)])


def freeze_statistics(net: nn.Module, run: Callable[[], Any]):
    """calibrate() for detection nets, which only train with targets: each norm takes its statistics from what reaches it in run()."""
    def take(norm, inputs):
        norm.running_mean.copy_(inputs[0].mean((0, 2, 3)))
        norm.running_var.copy_(inputs[0].var((0, 2, 3)))
    hooks = [m.register_forward_pre_hook(take) for m in net.modules() if "BatchNorm" in type(m).__name__]
    with torch.no_grad():
        run()
    for hook in hooks:
        hook.remove()


def faster_rcnn(**options) -> nn.Module:
    """Random heads are spread out, so that detections with distinct scores survive the thresholds."""
    import torchvision
    net = torchvision.models.detection.fasterrcnn_mobilenet_v3_large_320_fpn(
        weights=None, weights_backbone=None, box_score_thresh=0.3, box_detections_per_img=20, **options).eval()
    freeze_statistics(net, lambda: net([torch.rand(3, 120, 160)]))
    with torch.no_grad():
        net.rpn.head.cls_logits.weight.mul_(20)
        net.rpn.head.bbox_pred.weight.mul_(3)
        net.roi_heads.box_predictor.cls_score.weight.mul_(18)
    return net


# PyTorch 1.13 places the pixels of a resized image in double precision, PyTorch 2 and wick in float. The detectors carry the
# difference of 4e-6 in their input on to box coordinates of some hundred pixels.
RESIZED = {"rtol": 5e-4, "atol": 5e-3}


@model(needs=("torchvision",))
def fasterrcnn_mobilenet_v3_large_320_fpn():
    net = faster_rcnn()
    return Model(script(net), [forward("one", [torch.rand(3, 120, 160)], None),
                               forward("two", [torch.rand(3, 120, 160), torch.rand(3, 200, 140)], None)], **RESIZED)


@model(needs=("torchvision",))
def fasterrcnn_mobilenet_v3_large_320_fpn_traced():
    class Flat(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = faster_rcnn()

        def forward(self, image):
            found = self.net([image])[0]
            return found["boxes"], found["labels"], found["scores"]

    x = torch.rand(3, 120, 160)
    return Model(trace(Flat(), x), [forward("one", x)], **RESIZED)


@model(needs=("torchvision",))
def vision_ops():
    def args(n):
        corner = torch.rand(n, 2) * 10
        return (torch.randn(1, 4, 16, 16), torch.cat([corner, corner + 1 + torch.rand(n, 2) * 5], 1), torch.rand(n), torch.randint(0, 3, (n,)))
    return Model(script(nets.vision_ops()), [forward("n40", *args(40)), forward("n1", *args(1)), forward("n0", *args(0))])


# ---- recurrent ----------------------------------------------------------------------------------------

@model()
def lstm():
    net = script(nets.Recurrent(12, 20, 2))
    x, h, c = torch.randn(7, 3, 12), torch.randn(2, 3, 20), torch.randn(2, 3, 20)
    return Model(net, [forward("plain", x), forward("hx", x, (h, c)), forward("b1", torch.randn(5, 1, 12))])


@model()
def lstm_bidirectional():
    net = script(nets.Recurrent(12, 20, 2, batch_first=True, bidirectional=True, dropout=0.2))
    return Model(net, [forward("b3", torch.randn(3, 7, 12)), forward("unbatched", torch.randn(7, 12))])


@model()
def lstm_projected():
    return Model(script(nets.Recurrent(12, 20, 2, proj_size=8)), [forward("b3", torch.randn(7, 3, 12))])


@model()
def lstm_traced():
    x = torch.randn(7, 3, 12)
    return Model(trace(nn.LSTM(12, 20, 2, bidirectional=True), x), [forward("b3", x)])


@model()
def lstm_bare():
    """Saved alone, nn.LSTM has its overloads for methods and no forward."""
    return Model(script(nn.LSTM(12, 20)), [method("forward__0", torch.randn(7, 3, 12), None)])


@model()
def gru():
    return Model(script(nets.RecurrentGRU(12, 20, 2)), [forward("plain", torch.randn(7, 3, 12)), forward("hx", torch.randn(4, 1, 12), torch.randn(2, 1, 20))])


@model()
def gru_bidirectional():
    net = script(nets.RecurrentGRU(12, 20, 2, batch_first=True, bidirectional=True, bias=False))
    return Model(net, [forward("b3", torch.randn(3, 7, 12))])


@model()
def rnn_tanh():
    return Model(script(nets.RecurrentPlain(12, 20, 2, bidirectional=True)), [forward("b3", torch.randn(7, 3, 12))])


@model()
def rnn_relu():
    return Model(script(nets.RecurrentPlain(12, 20, nonlinearity="relu")), [forward("b3", torch.randn(7, 3, 12))])


@model()
def rnn_cells():
    net = script(nets.CellLoop())
    return Model(net, [forward("plain", torch.randn(5, 2, 10)), forward("state", torch.randn(5, 2, 10), (torch.randn(2, 16), torch.randn(2, 16)))])


def packed(name, make):
    @model(name)
    def build():
        return Model(script(make()), [forward("b4", torch.randn(4, 9, 12), torch.tensor([5, 9, 1, 7])),
                                      forward("b1", torch.randn(1, 3, 12), torch.tensor([3]))])


packed("lstm_packed", lambda: nets.PackedRNN("lstm"))
packed("gru_packed", lambda: nets.PackedRNN("gru"))
packed("rnn_packed", lambda: nets.PackedRNN("rnn", bidirectional=False))


@model()
def lstm_packed_last():
    return Model(script(nets.PackedLSTMLast()), [forward("b3", torch.randn(9, 3, 12), torch.tensor([2, 8, 4]))])


# ---- transformers ---------------------------------------------------------------------------------------

def padded(vocab: int, *lengths: int) -> torch.Tensor:
    rows = torch.zeros(len(lengths), max(lengths), dtype=torch.long)
    for row, n in zip(rows, lengths):
        row[:n] = ids(vocab, n)
    return rows


def encoder(name: str, causal: bool = True, **options):
    @model(name)
    def build():
        cases = [forward("b1", padded(100, 6), False), forward("b3", padded(100, 9, 4, 7), False)]
        if causal:
            cases.append(forward("causal", padded(100, 5, 8), True))
        return Model(script(nets.MaskedEncoder(**options)), cases)


encoder("transformer_encoder")
encoder("transformer_encoder_norm_first", norm_first=True, activation="gelu")
encoder("transformer_encoder_nested", causal=False, nested=True)


@model()
def transformer_encoder_traced():
    x = padded(100, 9, 4)
    return Model(trace(nets.MaskedEncoder(), x), [forward("b2", x)])


@model()
def transformer():
    pad = torch.tensor([[False, False, False, False, True, True], [False] * 6, [False, False, True, True, True, True]])
    return Model(script(nets.Seq2Seq()), [forward("plain", torch.randn(6, 3, 32), torch.randn(5, 3, 32)),
                                         forward("padded", torch.randn(6, 3, 32), torch.randn(4, 3, 32), pad),
                                         forward("b1", torch.randn(3, 1, 32), torch.randn(2, 1, 32))])


@model()
def transformer_plain():
    """nn.Transformer itself, scripted with its own signature."""
    net = script(nn.Transformer(16, 2, 1, 1, 32, batch_first=True))
    return Model(net, [forward("b2", torch.randn(2, 5, 16), torch.randn(2, 4, 16))])


@model()
def attention():
    return Model(script(nets.Attention()), [forward("b2", torch.randn(2, 5, 24), torch.randn(2, 7, 24))])


@model(needs=("torch>=2",))  # 1.13 cannot script separate projection weights
def attention_cross():
    return Model(script(nets.CrossAttention()), [forward("b2", torch.randn(2, 5, 24), torch.randn(2, 7, 16), torch.randn(2, 7, 10))])


class Logits(nn.Module):
    def __init__(self, net: nn.Module):
        super().__init__()
        self.net = net

    def forward(self, ids):
        return self.net(ids, return_dict=True).logits


def hugging(kind: str, size: str, attn: str) -> nn.Module:
    import transformers
    transformers.logging.set_verbosity_error()
    if kind == "bert":
        small = dict(vocab_size=120, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64, max_position_embeddings=40)
        config = transformers.BertConfig(attn_implementation=attn, return_dict=False, **(small if size == "tiny" else {}))
        return transformers.BertModel(config)
    small = dict(vocab_size=120, n_embd=32, n_layer=2, n_head=4, n_positions=40)
    config = transformers.GPT2Config(attn_implementation=attn, use_cache=False, **(small if size == "tiny" else {}))
    return Logits(transformers.GPT2LMHeadModel(config))


def hugging_model(name: str, kind: str, size: str, attn: str, big: bool = False):
    @model(name, needs=("transformers",), big=big)
    def build():
        vocab = 120 if size == "tiny" else 30000
        x, y = ids(vocab, 2, 16), ids(vocab, 1, 16 if size == "tiny" else 128)
        mask = torch.ones_like(x)
        mask[1, 11:] = 0
        net = hugging(kind, size, attn)
        if kind == "bert":
            return Model(trace(net, x, mask), [forward("b2", x, mask), forward("b1", y, torch.ones_like(y))])
        return Model(trace(net, x), [forward("b2", x), forward("b1", y)])


hugging_model("bert_tiny", "bert", "tiny", "eager")
hugging_model("bert_tiny_sdpa", "bert", "tiny", "sdpa")
hugging_model("gpt2_tiny", "gpt2", "tiny", "eager")
hugging_model("gpt2_tiny_sdpa", "gpt2", "tiny", "sdpa")
hugging_model("bert_base", "bert", "base", "sdpa", big=True)
hugging_model("gpt2_base", "gpt2", "base", "sdpa", big=True)


# ---- programs ---------------------------------------------------------------------------------------------

@model()
def kv_decoder():
    net = nets.KVDecoder()
    for p in net.parameters():
        p.data.mul_(1.5)  # so that the greedy choices differ from step to step
    caches = [(torch.randn(2, 4, 5, 8), torch.randn(2, 4, 5, 8)) for _ in range(2)]
    return Model(script(net), [forward("prefill", ids(64, 2, 7)), forward("step", ids(64, 2, 1), caches),
                               method("generate", ids(64, 1, 4), 20), method("generate", ids(64, 3, 4), 12, 5, case="generate_b3")])


@model()
def beam_search():
    return Model(script(nets.BeamSearch()), [forward("a", 2, torch.randn(32)), forward("b", 7, torch.randn(32))])


@model()
def streaming_audio():
    def chunk():
        return torch.randn(1, 1, 64)
    run = [("latency", ()), ("forward", (chunk(),)), ("forward", (chunk(),)), ("meter", ()), ("set_gain", (-6.0,)), ("forward", (chunk(),)),
           ("meter", ()), ("reset", ()), ("forward", (torch.randn(1, 1, 480),)), ("meter", ())]
    return Model(script(nets.StreamingAudio()), [forward("one", chunk()), method("set_gain", 6.0), Case("session", run, sequence=True)])


def recommender_inputs(batch: int, rows: int = 1000, tables: int = 3, dense: int = 13):
    bags, offsets = [], []
    for i in range(tables):
        lengths = torch.randint(0 if i != 2 else 1, 5, (batch,))
        ends = lengths.cumsum(0)
        bags.append(torch.randint(0, rows, (int(ends[-1]),)))
        starts = torch.cat([torch.zeros(1, dtype=torch.long), ends])
        offsets.append(starts if i % 2 == 1 else starts[:-1])
    return torch.randn(batch, dense), bags, offsets, torch.randint(0, rows, (batch, 4)), torch.rand(batch, 4)


@model()
def recommender():
    return Model(script(nets.Recommender()), [forward("b5", *recommender_inputs(5)), forward("b64", *recommender_inputs(64))])


@model()
def customs():
    return Model(script(nets.Customs()), [
        forward("fast", torch.randn(3, 8), True), forward("exact", torch.randn(3, 8), False), method("count", ["a", "b", "a", "c"]),
        method("vectors", 4), method("vectors", 0, case="vectors0"), method("pairs", torch.randn(2, 2)), method("levels", True), method("levels", False, case="low")],
        extra_files={"notes.txt": "what an archive carries beside the model", "labels.json": "[\"zero\", \"one\"]"})


@model()
def control_flow():
    x = torch.arange(12.0).reshape(3, 4)
    return Model(script(nets.ControlFlow()), [
        forward("n3", x, 3), forward("n9", x * 0.01, 9), forward("n0", x, 0), method("collatz", 27), method("early", None, 3),
        method("early", x, 4, case="early_add"), method("early", x, -3, case="early_loop"), method("early", x, -30, case="early_neg"), fails("early", x, 60),
        method("fail", 1), fails("fail", 5), Case("fail2_raises", [("fail", (2,))], raises=True),
        method("union", 3), method("union", "abc", case="union_str"), method("union", [1, 2], case="union_list"),
        method("strings", "hello a world ", 7, 2.5), method("strings", "", 0, 1e-7, case="strings_empty"), method("containers", 6),
        method("numbers", 17, 5, 2.5, 1.25), method("numbers", -17, 5, 0.3, -7.0, case="numbers_negative"), fails("numbers", 1, 0, 1.0, 1.0), method("slicing", x)])


def in_sequence(*calls: Call) -> Case:
    """Calls of one loaded module."""
    return Case("calls", list(calls), sequence=True)


@model()
def loops():
    x = torch.arange(6.0).reshape(2, 3)
    return Model(script(programs.Loops()), [in_sequence(
        ("early_return", ([4, 5, 6], 6)), ("early_return", ([4], 5)), ("nested_break", (9,)), ("while_return", (20,)), ("while_return", (5,)),
        ("while_true", (x,)), ("range_step", (1, 8)), ("enumerate_zip", ([1.0, 2.5], [3, 4, 5])), ("over_tensor", (x,)), ("over_str", ("banana",)),
        ("over_dict", ({"a": 2, "b": 3},)), ("over_tuple", ((1, 2, 3),)), ("loop_tensor_cond", (x - 1,)), ("loop_tensor_cond2", (x - 5,)),
        ("while_and", (1, 3)), ("loop_list_cond", ([1, 2, 3],)), ("break_in_else", (20,)), ("return_in_nested", (5,)), ("return_in_nested", (3,)))])


@model()
def conditions():
    x = torch.arange(6.0).reshape(2, 3)
    return Model(script(programs.Conditions()), [in_sequence(
        ("optional", (None, None)), ("optional", (x, 5)), ("optional_or", (None,)), ("optional_or", (-1,)), ("optional_or", (7,)), ("assert_refine", (x,)),
        ("union", (3,)), ("union", ("s",)), ("union", (x,)), ("union2", (2.5,)), ("union2", ([4],)), ("any_type", (3,)), ("any_type", ("four",)),
        ("ternary", (5, None)), ("ternary", (1, 9)), ("chained", (1, 2, 3)), ("chained", (3, 2, 2)), ("bools", (True, False, [], "s")),
        ("bools", (False, True, [], "")), ("exceptions", (5,)), ("raise_in_loop", ([1, 2],)), ("both_assigned", (True, x)), ("both_assigned", (False, x)),
        ("nested_if", (5,)), ("nested_if", (11,)), ("nested_if", (-1,)), ("is_checks", (None, x)), ("isinstance_opt", (x,)), ("list_opt", ([x],)),
        ("list_opt", (None,)), ("tensor_if", (x,)), ("tensor_if", (-x,)), ("unwrap", (x,)), ("none_result", (x,)), ("none_result", (x[0],)),
        ("multi", (x, True)), ("multi", (x, False)))])


@model()
def values():
    x = torch.arange(6.0).reshape(2, 3)
    i = torch.tensor([1, 0])
    return Model(script(programs.Values()), [in_sequence(
        ("comprehension", ([1, 2], [x])), ("comp_if", ([1, 2],)), ("dicts", ("a",)), ("dicts", ("z",)), ("fstring", (1, "s", 2.5)), ("strings", ("abc,bd",)),
        ("string_ops", ("Xa",)), ("slices", (torch.arange(24.0).reshape(2, 4, 3),)), ("index_tensor", (x, i)), ("index_set", (torch.arange(9.0).reshape(3, 3), torch.tensor([2, 0]))),
        ("list_slices", ([1, 2, 3, 4],)), ("list_ops", ([1, 9, 2],)), ("tuples", ((1, x, "s"),)), ("tuple_of_tuples", (x,)), ("named", (x,)), ("objects", (3,)),
        ("with_block", (3,)), ("fork_wait", (x,)), ("fork_list", (x,)), ("state", (x[:, :2],)), ("state", (x[:, :2],)), ("inplace", (x.clone(),)),
        ("numbers", (7, 2.5)), ("bits", (6, 3)), ("casts", (torch.tensor(2.75), "1.5", 3)), ("tolist", (torch.tensor([1, 2]),)),
        ("warning", (1,)), ("constants", ()), ("reversed_arith", (x + 1,)), ("compare", (x, x.flip(1))), ("default_args", (x,)), ("star", (x,)),
        ("shapes", (x,)), ("dtype_device", (x,)), ("math_ops", (2.5,)), ("any_dict", ("k",)), ("list_of_optional", (x,)), ("split_unpack", (x[:, :2],)),
        ("named_result", (x,)))])


@model()
def containers():
    return Model(script(programs.Containers()), [in_sequence(
        ("forward", (torch.ones(2, 2),)), ("indexed", (torch.ones(2, 2),)), ("picked", (torch.ones(2, 2),)), ("training_switch", (torch.ones(1),)),
        ("unused", (torch.ones(1),)))])


@model()
def calls():
    x = torch.arange(6.0).reshape(2, 3)
    return Model(script(programs.Calls()), [in_sequence(
        ("forward", (x,)), ("kw", (x, 3, "s")), ("objects", (4, x)), ("stack", (4,)), ("named", (3,)), ("fork_in_if", (x, True)), ("fork_in_if", (x, False)),
        ("fork_many", (x, 3, "s", None)), ("helper", (x, 2, "h", x)), ("calls_unused", (x, False)), ("is_scripting", (x,)), ("none_flow", (None, [3], None)),
        ("none_flow", (2, None, (4, x))), ("optional_loop", ([x, x], None)), ("optional_loop", ([], x)), ("optional_loop", ([x, x], x)),
        ("union_assign", (1,)), ("union_assign", (2,)), ("union_assign", (3,)), ("dict_ops", ({1: ["a"]},)), ("nested_containers", ({"a": {"bc": [x, x]}},)),
        ("int_methods", (x, 4)), ("float_methods", (1.5, 2)), ("float_methods", (1.5, 4)), ("string_methods", ("ab z", 5)), ("shadow", (x, 2)),
        ("many_names", (x, 1, 2, 3)), ("loop_vars", (7,)), ("while_nested", (7,)), ("raise_kinds", (5,)), ("set_item_kinds", (torch.arange(9.0).reshape(3, 3), [[1, 2], [3]])),
        ("no_return", ([1, 2],)), ("bool_ops", (x, True, False)), ("tuple_ret", (x,)))])


@model()
def hooks():
    return Model(script(programs.CallsHooked()), [forward("b2", torch.ones(2, 2))])


@model()
def attributes():
    x = torch.randn(2, 4)
    run = [("forward", (x,)), ("grow", ("new",)), ("describe", ()), ("grow", ("b",)), ("describe", ())]
    return Model(script(nets.Attributes()), [forward("b2", x), method("describe"), method("tensors"), Case("grow", run, sequence=True)])


@model()
def setstate():
    return Model(script(nets.SetState()), [forward("b2", torch.randn(2, 4))])


@model()
def contexts():
    return Model(script(nets.Contexts()), [
        forward("b2", torch.randn(2, 3)), method("nodes", [5, 1, 9]), method("numbers", 1 - 2j), method("anything", 3), method("anything", [1], case="any_list"),
        method("anything", torch.ones(2), case="any_tensor"), method("anything", "s", case="any_str"), method("devices", torch.randn(3))])


@model(needs=("torch>=2",))
def awaits():
    return Model(script(nets.Awaits()), [
        forward("b2", torch.randn(2, 3), 4), forward("negative", torch.randn(3), -1), method("order"), method("fail", [1, 2], 1),
        fails("fail", [1, 2], 5)])


@model()
def convnet_frozen():
    """Weights folded into the program as constants."""
    net = calibrate(nets.ConvNet(), torch.randn(4, 3, 32, 32))
    return Model(torch.jit.freeze(script(net)), [forward("b2", torch.randn(2, 3, 32, 32))])


@model()
def trace_of_script():
    """A trace that calls a scripted function with control flow."""
    @torch.jit.script
    def repeat(x, n: int):
        for _ in range(n):
            x = torch.sin(x) if bool(x.sum() > 0) else torch.cos(x)
        return x

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.lin = nn.Linear(4, 4)

        def forward(self, x, pair):
            y = repeat(self.lin(x), 3)
            a, b = pair
            return {"y": y, "z": a[:, 1:] * b.size(0)}, (y.mean(), b)

    args = (torch.randn(2, 4), (torch.randn(3, 3), torch.randn(2)))
    return Model(trace(Net(), *args, strict=False), [forward("a", *args)])


@model()
def traced_methods():
    """torch.jit.trace_module with two methods."""
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.lin = nn.Linear(4, 3)

        def forward(self, x):
            return self.lin(x)

        def weighted(self, w):
            return self.lin.weight * w

    x, w = torch.randn(2, 4), torch.randn(3, 4)
    net = torch.jit.trace_module(Net().eval(), {"forward": x, "weighted": w})
    return Model(net, [forward("b2", x), method("weighted", w)])


@model()
def activations():
    return Model(script(nets.Activations()), [forward("2d", torch.randn(4, 10)), forward("3d", torch.randn(2, 3, 8))])


@model()
def norms():
    net = calibrate(nets.Norms(), torch.randn(4, 8, 6, 6))
    return Model(script(net), [forward("b2", torch.randn(2, 8, 6, 6))])


@model()
def pools():
    return Model(script(nets.Pools()), [forward("b2", torch.randn(2, 3, 12, 10))])


@model()
def convs():
    return Model(script(nets.Convs()), [forward("b2", torch.randn(2, 4, 7, 6))])


@model()
def shapes():
    return Model(script(nets.Shapes()), [forward("b2", torch.randn(2, 4, 6, 6), torch.rand(2, 5, 5, 2) * 2.4 - 1.2)])


@model()
def losses():
    return Model(script(nets.Losses()), [forward("b6", torch.randn(6, 5), torch.randint(0, 5, (6,)), torch.randn(6, 5))])


@model()
def numerics():
    return Model(script(nets.Numerics()), [forward("a", torch.randn(4, 6), torch.randint(-3, 5, (4, 6)))])


# ---- building -----------------------------------------------------------------------------------------------

def missing(entry: Entry) -> List[str]:
    return [n for n in entry.needs if (OLD if n == "torch>=2" else importlib.util.find_spec(n) is None)]


def run_case(path: str, case: Case, prepare=lambda module: module):
    """What PyTorch itself gives for the archive; for a call that raises, the exception's text."""
    module = prepare(torch.jit.load(path))
    outputs = []
    with torch.no_grad():
        for name, args in case.calls:
            try:
                outputs.append(oracle_io.plain(getattr(module, name)(*copy.deepcopy(args))))
            except Exception as error:
                if not case.raises:
                    raise
                outputs.append(str(error))
    return outputs


def rounding_of(path: str, case: Case, outputs) -> float:
    """How far PyTorch's own float32 outputs lie from those that it computes in float64, and without oneDNN: in a deep network
    with random weights further than the tolerance. Another order of summation may lie as far on the other side. 0 where the
    program does not run so, or takes another way."""
    def double(value):
        if isinstance(value, torch.Tensor):
            return value.double() if value.dtype == torch.float32 else value
        return type(value)(double(v) for v in value) if type(value) in (list, tuple) else value

    def largest(got, other) -> float:
        if isinstance(got, torch.Tensor):
            if got.dtype != torch.float32 or got.shape != other.shape or got.numel() == 0:
                return 0.0
            distance = (got.double() - other.double()).abs().max().item()
            return distance if distance < 1e-3 * other.double().abs().max().item() else 0.0
        if isinstance(got, dict):
            return max([largest(got[k], other[k]) for k in got], default=0.0)
        return max(map(largest, got, other), default=0.0) if isinstance(got, (list, tuple)) else 0.0

    def in_double():
        return run_case(path, Case(case.name, [(name, double(args)) for name, args in case.calls]), lambda m: m.double())

    def without_onednn():
        with torch.backends.mkldnn.flags(enabled=False):
            return run_case(path, case)

    found = 0.0
    for run in in_double, without_onednn:
        try:
            found = max(found, largest(outputs, run()))
        except Exception:
            pass
    return found


def write_texts(path: str, out: str, name: str):
    """The .code and .graph of every method of the module and of one submodule of each type, and what forward comes to without calls."""
    forward = next((m for m in [torch.jit.load(path)] if "forward" in m._c._method_names()), None)
    with open(os.path.join(out, name + ".inlined.txt"), "w") as inlined:
        inlined.write(str(forward.inlined_graph) if forward else "")
    seen = set()
    with open(os.path.join(out, name + ".code.txt"), "w") as code, open(os.path.join(out, name + ".graph.txt"), "w") as graph:
        for where, part in torch.jit.load(path).named_modules():
            kind = str(part._c._type())
            if kind in seen:
                continue
            seen.add(kind)
            for name_of in sorted(part._c._method_names()):
                one = part._c._get_method(name_of)
                title = f"=== {where + ':' if where else ''}{name_of}\n"
                code.write(title + one.code)
                graph.write(title + str(one.graph))


def build(entry: Entry, out: str, texts: bool = True) -> Dict[str, Any]:
    torch.manual_seed(sum(map(ord, entry.name)))
    made = entry.make()
    name = entry.name
    path = os.path.join(out, name + ".pt")
    torch.jit.save(made.module, path, _extra_files=dict(made.extra_files))
    record = {"name": name, "torch": torch.__version__, "rtol": made.rtol, "atol": made.atol, "cases": []}
    for i, case in enumerate(made.cases):
        outputs = run_case(path, case)
        stem = name if i == 0 else f"{name}.{i}"
        # --inputs takes the arguments of one call, --calls a list of (method, arguments).
        oracle_io.write(list(case.calls) if case.sequence else case.calls[0][1], os.path.join(out, stem + ".inputs.pt"))
        row = {"name": case.name, "sequence": case.sequence, "method": None if case.sequence else case.calls[0][0], "inputs": stem + ".inputs.pt"}
        if case.raises:
            row["raises"] = outputs[0].strip().splitlines()[-1]
        else:
            oracle_io.write(outputs if case.sequence else outputs[0], os.path.join(out, stem + ".outputs.pt"))
            row["outputs"] = stem + ".outputs.pt"
            row["rounding"] = rounding_of(path, case, outputs)
        record["cases"].append(row)
    if texts:
        write_texts(path, out, name)
    with open(os.path.join(out, name + ".json"), "w") as f:
        json.dump(record, f, indent=1)
        f.write("\n")
    return record


def build_all(args) -> int:
    os.makedirs(args.out, exist_ok=True)
    failed = 0
    for name in args.names or [e.name for e in REGISTRY.values() if args.big or not e.big]:
        entry = REGISTRY[name]
        lacking = missing(entry)
        if lacking:
            print(f"- {name}: left out, no {', '.join(lacking)} here", flush=True)
            continue
        start = time.time()
        try:
            record = build(entry, args.out)
            print(f"+ {name}: {len(record['cases'])} cases, {time.time() - start:.1f} s", flush=True)
        except Exception as error:
            if args.stop:
                raise
            failed += 1
            print(f"! {name}: {type(error).__name__}: {str(error)[-1500:]}", flush=True)
    return 1 if failed else 0


# ---- checking an archive against recorded outputs ------------------------------------------------------------

def verify(archive: str, folder: str, name: Optional[str]) -> Dict[str, Any]:
    """Runs the recorded cases of a model on another archive of it (one that wick wrote); without a name only loads it."""
    try:
        torch.jit.load(archive)
    except Exception as error:
        return {"unloadable": str(error).strip()[:500]}
    if name is None:
        return {}
    with open(os.path.join(folder, name + ".json")) as f:
        record = json.load(f)
    found = []
    for row in record["cases"]:
        args = torch.load(os.path.join(folder, row["inputs"]))
        case = Case(row["name"], args if row["sequence"] else [(row["method"], args)], row["sequence"], "raises" in row)
        try:
            outputs = run_case(archive, case)
        except Exception as error:
            found.append(f"{case.name}: {str(error).strip()[-500:]}")
            continue
        if not case.raises:
            want = torch.load(os.path.join(folder, row["outputs"]))
            found += oracle_io.differences(outputs if case.sequence else outputs[0], want, record["rtol"], oracle_io.tolerance(record, row), case.name)
    return {"differences": found}


def serve(args) -> int:
    """One JSON request [archive, folder, name] a line, one JSON answer a line: importing PyTorch for each would take longer."""
    register_vision_operators()
    for line in sys.stdin:
        print(json.dumps(verify(*json.loads(line))), flush=True)
    return 0


# ---- operators in archives ------------------------------------------------------------------------------------

def nodes_of(block):
    for node in block.nodes():
        yield node
        for inner in node.blocks():
            yield from nodes_of(inner)
        for attribute in node.attributeNames():
            if node.kindOf(attribute) == "g":
                yield from nodes_of(node.g(attribute))


def method_graphs(module):
    """Each method of each submodule, inlined."""
    for _, part in module.named_modules():
        for name in part._c._method_names() if hasattr(part._c, "_method_names") else []:
            try:
                yield part._c._get_method(name).inlined_graph
            except RuntimeError:
                pass


def register_vision_operators():
    """Archives that use torchvision's operators load only after it was imported."""
    if importlib.util.find_spec("torchvision") is not None:
        import torchvision  # noqa: F401


def operators(path: str):
    used = set()
    for graph in method_graphs(torch.jit.load(path)):
        for node in nodes_of(graph):
            schema = node.schema()
            used.add((node.kind(), "" if "no schema" in schema else schema))
    return used


def ops_table(args) -> int:
    register_vision_operators()
    users: Dict[Tuple[str, str], set] = {}
    for folder in args.dirs:
        for file in sorted(os.listdir(folder)):
            stem = file[:-len(".json")]
            if file.endswith(".json") and os.path.exists(os.path.join(folder, stem + ".pt")):
                for key in operators(os.path.join(folder, stem + ".pt")):
                    users.setdefault(key, set()).add(stem)
    with open(args.out, "w") as f:
        for (kind, schema), names in sorted(users.items(), key=lambda i: i[0]):
            f.write(f"{len(names)}\t{schema or kind}\t{' '.join(sorted(names))}\n")
    print(f"{len(users)} operators")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("build")
    make.add_argument("--out", required=True)
    make.add_argument("--big", action="store_true", help="also the models of hundreds of megabytes")
    make.add_argument("--stop", action="store_true", help="stop at the first failure, with its traceback")
    make.add_argument("names", nargs="*")
    table = commands.add_parser("ops")
    table.add_argument("--out", required=True)
    table.add_argument("dirs", nargs="+")
    commands.add_parser("list")
    commands.add_parser("serve")
    args = parser.parse_args()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    if args.command == "list":
        for entry in REGISTRY.values():
            print(entry.name, "big" if entry.big else "", " ".join("needs " + n for n in entry.needs))
        return 0
    return {"build": build_all, "ops": ops_table, "serve": serve}[args.command](args)


if __name__ == "__main__":
    sys.exit(main())
