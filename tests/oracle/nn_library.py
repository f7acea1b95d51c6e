"""The library of torch.nn (src/program/library) against PyTorch, text by text.

    PYTHON -m pytest tests/oracle/nn_library.py [-k Conv2d]
    PYTHON tests/oracle/nn_library.py                          rewrites docs/nn.md

PYTHON is one with PyTorch 2.13; WICK_BIN is the command line, by default build/bin/wick. The texts run in it as they are, with PyTorch as their torch: layers must get PyTorch's parameters
from the same seed, and both are compiled by torch.jit.script, which must give the same program: the same graphs and code, the same
attributes, or the same refusal.
"""
import builtins
import difflib
import functools
import inspect
import io
import os
import re
import subprocess
import sys
import types
import warnings
import zipfile

import pytest
import torch
from torch import Tensor, nn
from torch.jit._builtins import _find_builtin

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "oracle"))

from graph_text import plain_graph
from pytorch_state import forget

LIBRARY = os.path.join(ROOT, "src", "program", "library")
WICK = os.path.abspath(os.environ.get("WICK_BIN", os.path.join(ROOT, "build", "bin", "wick")))
TABLE = os.path.join(ROOT, "docs", "nn.md")
# Here PyTorch's own, since its compiler asks for them.
PYTORCHS = ("torch.nn.modules.module", "torch.nn.modules.container", "torch.autograd.grad_mode", "torch.autograd.profiler", "torch.jit")
TEXTS = sorted(name[:-3] for name in os.listdir(LIBRARY) if name.endswith(".py") and name[:-3] not in PYTORCHS)


# ---- the texts as modules of Python ----------------------------------------------------------------------------------

class Namespace(types.ModuleType):
    """A text, or a package with texts below it; what it lacks is PyTorch's.

    It is called "wicks…" where PyTorch's is "torch…": qualified names must differ, and be as long, for `.code` breaks lines by length.
    """

    def __init__(self, name):
        super().__init__("wicks" + name[len("torch"):])
        self.__dict__["twin"] = name

    def __getattr__(self, name):
        twin = self.__dict__["twin"]
        full = f"{twin}.{name}"
        if any(text == full or text.startswith(full + ".") for text in TEXTS):
            return text(full)
        for module in PLACES.get(twin, ()):
            if name in DEFINED[module]:
                return text(module).__dict__[name]
        if twin in TEXTS and twin not in PLACES:
            raise AttributeError(f"{twin} has no {name}")
        return getattr(sys.modules[twin], name)


# Where the names of packages are defined.
PLACES = {"torch": ["torch.functional"], "torch.nn": [name for name in TEXTS if name.startswith("torch.nn.modules.")]}
DEFINED = {name: re.findall(r"^(?:class|def) (\w+)|^(\w+) = ", open(os.path.join(LIBRARY, name + ".py")).read(), re.M)
           for names in PLACES.values() for name in names}
DEFINED = {name: [a or b for a, b in found if not (a or b).startswith("_")] for name, found in DEFINED.items()}
LOADED = {}


def text(name):
    """The module `name` as the library has it."""
    if name not in LOADED:
        module = LOADED[name] = Namespace(name)
        path = os.path.join(LIBRARY, name + ".py")
        if name in TEXTS:
            sys.modules[module.__name__] = module  # where inspect looks for sources
            module.__file__ = path
            module.__dict__["__builtins__"] = {**vars(builtins), "__import__": import_text}
            with open(path) as file:
                exec(compile(file.read(), path, "exec"), module.__dict__)
    return LOADED[name]


def import_text(name, globals=None, locals=None, fromlist=(), level=0):
    if name == "torch._jit_internal":  # wick needs no name for what dispatches
        real = sys.modules[name]
        dispatch = functools.partial(real.boolean_dispatch, module_name=name, func_name="")
        return types.SimpleNamespace(**{**vars(real), "boolean_dispatch": dispatch})
    if name.split(".")[0] == "torch":
        return text(name) if fromlist else text("torch")
    return builtins.__import__(name, globals, locals, fromlist, level)


# ---- programs as text ------------------------------------------------------------------------------------------------

def plain(code):
    """Without places in files and numbers that only count what was compiled before."""
    code = re.sub(r" *# [^\n\"#]*:\d+:\d+", "", str(code))
    code = re.sub(r"___torch_mangle_\d+\.", "", code)
    code = re.sub(r"warn_id=\d+", "warn_id", code)
    for ours, theirs in (("wicks.", "torch."), ("nn_library.", ""), ("OverOurPacked", "OverPacked")):
        code = code.replace(ours, theirs)
    return code


def function_text(function):
    return [*(plain_graph(plain(graph)) for graph in (function.graph, function.inlined_graph)), plain(function.code)]


def module_text(module):
    """Attributes and methods of a scripted module and of all modules in it."""
    file = io.BytesIO()
    torch.jit.save(module, file)
    archive = zipfile.ZipFile(file)
    code = "".join(archive.read(name).decode() for name in sorted(archive.namelist()) if re.search(r"/code/.*\.py$", name))
    attributes = re.findall(r"^class .*\n(?:  (?!def ).*\n)*", plain(code), re.M)
    constants = re.compile(r"(?:.*: Final\[.*\n)+")  # PyTorch gives them in the order of a hash table
    attributes = sorted(constants.sub(lambda m: "".join(sorted(m.group().splitlines(True))), part) for part in attributes)
    methods = []
    for path, part in module.named_modules():
        for name in part._c._method_names():
            methods += [f"=== {path}.{name}", *function_text(part._c._get_method(name))]
    return attributes + methods


def compiled(what, as_text):
    """What torch.jit.script makes of it, as text: the program or the refusal."""
    try:
        return as_text(torch.jit.script(what))
    except Exception as error:
        return ["refused", plain(re.sub(r'  File "[^~]*~+ <--- HERE|object at 0x\w+', "", str(error))).strip()]


def assert_same(ours, theirs):
    if ours != theirs:
        lines = [str(part).split("\n") for part in ("\n".join(map(str, theirs)), "\n".join(map(str, ours)))]
        pytest.fail("\n".join(list(difflib.unified_diff(*lines, "PyTorch", "wick", n=3, lineterm=""))[:60]), pytrace=False)


# ---- functions -------------------------------------------------------------------------------------------------------

FUNCTIONS = [(module, name)
             for module in ("torch.nn._reduction", "torch.nn.functional", "torch.functional", "torch.nn.utils.rnn", "torch.nn.modules.activation",
                            "torch.nn.modules.rnn", "torch.nn.modules.transformer", "torch.backends.mha", "torch.compiler", "torch.jit._trace")
             for name in text(module).__dict__
             if inspect.isroutine(text(module).__dict__[name]) and hasattr(sys.modules[module], name)
             and name not in ("_get_clones", "_get_activation_fn")
             and text(module).__dict__[name].__qualname__ != "boolean_dispatch.<locals>.fn"]


@pytest.mark.parametrize("module, name", FUNCTIONS)
def test_function(module, name):
    ours, theirs = text(module).__dict__[name], getattr(sys.modules[module], name)
    assert _find_builtin(ours) == _find_builtin(theirs)
    if not _find_builtin(ours):
        assert_same(compiled(ours, function_text), compiled(theirs, function_text))


# Calls of what has several bodies: overloads, and pairs that a constant chooses from.
CALLS = """
    F.interpolate(x, size=3)
    F.interpolate(x, [2, 3], mode="bilinear", align_corners=True)
    F.interpolate(x, scale_factor=2.0, recompute_scale_factor=True)
    F.interpolate(x, scale_factor=[2.0, 3.0], mode="bicubic", antialias=True)
    F.interpolate(x, [2, 3], 2.0)
    F.upsample(x, 2)
    F.upsample(x, [2, 3])
    F.upsample_nearest(x, 2)
    F.upsample_nearest(x, [2, 3])
    F.upsample_bilinear(x, 2)
    F.upsample_bilinear(x, [2, 3])
    F.upsample_bilinear(x, None, [2.0, 2.0])
    F.upsample_bilinear(x, [2, 3], [2.0, 2.0])
    F.max_pool1d(x, 2)
    F.max_pool1d(x, 2, return_indices=True)
    F.max_pool2d(x, 2, 1, 1)
    F.max_pool2d(x, [2, 3], return_indices=True)
    F.max_pool3d(x, 2)
    F.max_pool3d(x, 2, None, 0, 1, False, True)
    F.adaptive_max_pool1d(x, 2)
    F.adaptive_max_pool1d(x, 2, True)
    F.adaptive_max_pool2d(x, 2)
    F.adaptive_max_pool2d(x, [2, 3], return_indices=True)
    F.adaptive_max_pool3d(x, 2)
    F.adaptive_max_pool3d(x, 2, return_indices=True)
    F.fractional_max_pool2d(x, 2, 3)
    F.fractional_max_pool2d(x, 2, output_ratio=0.5, return_indices=True)
    F.fractional_max_pool3d(x, 2, 3)
    F.fractional_max_pool3d(x, 2, 3, return_indices=True)
    torch.norm(x)
    torch.norm(x, dim=1)
    torch.norm(x, p="nuc")
    torch.norm(x, p="nuc", dim=[0, 1])
    torch.norm(x, 2, [0, 1], True)
    torch.norm(x, 2, 1, dtype=torch.float64)
    torch.norm(x, p=None)
    torch.tensordot(x, x)
    torch.tensordot(x, x, 1)
    torch.tensordot(x, x, [[0], [1]])
    torch.tensordot(x, x, ([0], [1]))
    torch.unique(x)
    torch.unique(x, return_inverse=True)
    torch.unique(x, return_counts=True, dim=1)
    torch.unique(x, return_inverse=True, return_counts=True)
    torch.unique_consecutive(x)
    torch.unique_consecutive(x, return_inverse=True)
    torch.unique_consecutive(x, return_counts=True)
    torch.unique_consecutive(x, True, True)
    torch.cdist(x, x)
    torch.stft(x, 4)
    torch.einsum("ij,jk->ik", x, x)
    torch.meshgrid(x, x)
    torch.split(x, 2)
"""


@pytest.mark.parametrize("call", [line.strip() for line in CALLS.strip().split("\n")])
def test_call(call):
    def program(F, torch_):
        names = {"F": F, "torch": torch_, "Tensor": Tensor}
        source = f"def call(x: Tensor):\n    return {call}\n"
        resolve = torch._jit_internal.createResolutionCallbackFromEnv(lambda name: names[name])
        unit = torch._C.CompilationUnit()
        unit.define(source, lambda name: names.get(name, getattr(builtins, name, None)))
        return unit.find_function("call")

    def tried(*modules):
        try:
            return function_text(program(*modules))
        except Exception as error:
            return ["refused", plain(str(error))]

    assert_same(tried(text("torch.nn.functional"), text("torch")), tried(nn.functional, torch))


# ---- layers ----------------------------------------------------------------------------------------------------------

# A constructor, and arguments for a call where the layer is called as a check of what graphs don't show.
LAYERS = """
    Identity(3, a=4) | randn(2, 3)
    Linear(3, 4) | randn(2, 3)
    Linear(3, 4, bias=False) | randn(2, 3)
    Linear(3, 4, dtype=torch.float64) | randn(2, 3, dtype=torch.float64)
    Bilinear(2, 3, 4) | randn(5, 2), randn(5, 3)
    Bilinear(2, 3, 4, bias=False) | randn(5, 2), randn(5, 3)
    CELU(0.5, True) | randn(3)
    ELU(0.5) | randn(3)
    GELU() | randn(3)
    GELU("tanh") | randn(3)
    GLU(0) | randn(4)
    Hardshrink() | randn(3)
    Hardsigmoid() | randn(3)
    Hardswish(True) | randn(3)
    Hardtanh() | randn(3)
    Hardtanh(min_value=-2.0, max_value=2.0) | randn(3)
    LeakyReLU(0.2) | randn(3)
    LogSigmoid() | randn(3)
    LogSoftmax(1) | randn(3, 4)
    LogSoftmax() | randn(3, 4)
    Mish() | randn(3)
    PReLU(3, init=0.5) | randn(2, 3)
    RReLU(0.1, 0.2) | randn(3)
    ReLU(inplace=True) | randn(3)
    ReLU6() | randn(3)
    SELU() | randn(3)
    SiLU() | randn(3)
    Sigmoid() | randn(3)
    Softmax(-1) | randn(3, 4)
    Softmax2d() | randn(2, 3, 4)
    Softmin(1) | randn(3, 4)
    Softplus(2.0, 10.0) | randn(3)
    Softshrink(0.25) | randn(3)
    Softsign() | randn(3)
    Tanh() | randn(3)
    Tanhshrink() | randn(3)
    Threshold(0.1, 20.0) | randn(3)
    Threshold(1, 2)
    Dropout() | randn(3, 4)
    Dropout(0.2, True) | randn(3, 4)
    Dropout1d() | randn(3, 4, 5)
    Dropout2d() | randn(3, 4, 5, 6)
    Dropout3d() | randn(2, 3, 4, 5, 6)
    AlphaDropout() | randn(3, 4)
    FeatureAlphaDropout() | randn(3, 4, 5)
    Flatten() | randn(2, 3, 4)
    Flatten(0, 1) | randn(2, 3, 4)
    Unflatten(1, (2, 3)) | randn(2, 6)
    Fold((4, 5), (2, 2)) | randn(1, 12, 12)
    Unfold(2, dilation=1, padding=1, stride=2) | randn(1, 2, 4, 4)
    PixelShuffle(2) | randn(1, 4, 2, 2)
    PixelUnshuffle(2) | randn(1, 1, 4, 4)
    ChannelShuffle(2) | randn(1, 4, 2, 2)
    Upsample(5) | randn(1, 2, 3, 3)
    Upsample((4, 5), mode="bilinear", align_corners=True) | randn(1, 2, 3, 3)
    Upsample(scale_factor=2, mode="bicubic") | randn(1, 2, 3, 3)
    Upsample(scale_factor=(2, 3), recompute_scale_factor=True) | randn(1, 2, 3, 3)
    UpsamplingNearest2d(scale_factor=2) | randn(1, 2, 3, 3)
    UpsamplingBilinear2d(scale_factor=2) | randn(1, 2, 3, 3)
    UpsamplingBilinear2d((4, 5)) | randn(1, 2, 3, 3)
    CosineSimilarity(0) | randn(3, 4), randn(3, 4)
    PairwiseDistance(1.0, keepdim=True) | randn(3, 4), randn(3, 4)
    Conv1d(2, 4, 3) | randn(1, 2, 6)
    Conv1d(2, 4, 3, padding="same", dilation=2, bias=False) | randn(1, 2, 6)
    Conv1d(2, 4, 4, padding="same", padding_mode="circular") | randn(1, 2, 6)
    Conv2d(2, 4, 3) | randn(1, 2, 5, 6)
    Conv2d(2, 4, (3, 2), stride=(1, 2), padding=(1, 0), groups=2) | randn(1, 2, 5, 6)
    Conv2d(2, 4, 3, padding=(1, 2), padding_mode="circular") | randn(1, 2, 5, 6)
    Conv2d(2, 4, (4, 3), padding="same", dilation=2, padding_mode="reflect") | randn(1, 2, 9, 9)
    Conv2d(2, 4, 3, padding="valid", padding_mode="replicate") | randn(1, 2, 5, 6)
    Conv3d(2, 4, 3, padding=1, padding_mode="replicate") | randn(1, 2, 3, 4, 5)
    ConvTranspose1d(2, 4, 3, 2, 1) | randn(1, 2, 6)
    ConvTranspose2d(2, 4, 3, stride=2, padding=1, output_padding=1, dilation=2) | randn(1, 2, 3, 4)
    ConvTranspose2d(2, 4, 3, stride=2) | randn(1, 2, 3, 4), [8, 10]
    ConvTranspose3d(2, 4, 3, groups=2, bias=False) | randn(1, 2, 3, 3, 3)
    BatchNorm1d(3) | randn(4, 3)
    BatchNorm1d(3, momentum=None) | randn(4, 3, 2)
    BatchNorm2d(3, affine=False) | randn(2, 3, 4, 4)
    BatchNorm2d(3, eps=1e-3, momentum=0.01, track_running_stats=False) | randn(2, 3, 4, 4)
    BatchNorm3d(3, track_running_stats=False, momentum=None) | randn(1, 3, 2, 2, 2)
    BatchNorm3d(3, bias=False) | randn(1, 3, 2, 2, 2)
    InstanceNorm1d(3) | randn(2, 3, 4)
    InstanceNorm2d(3, affine=True, track_running_stats=True) | randn(2, 3, 4, 4)
    InstanceNorm2d(3, affine=True, bias=False) | randn(3, 4, 4)
    InstanceNorm3d(3, track_running_stats=True) | randn(2, 3, 2, 2, 2)
    LayerNorm(3) | randn(2, 3)
    LayerNorm((3, 4), bias=False) | randn(2, 3, 4)
    LayerNorm([3, 4], eps=1e-3, elementwise_affine=False) | randn(2, 3, 4)
    RMSNorm(3) | randn(2, 3)
    RMSNorm((3, 4), eps=1e-3, elementwise_affine=False) | randn(2, 3, 4)
    GroupNorm(2, 4) | randn(2, 4, 3)
    GroupNorm(2, 4, affine=False) | randn(2, 4, 3)
    GroupNorm(2, 4, bias=False) | randn(2, 4, 3)
    LocalResponseNorm(2) | randn(1, 4, 3)
    Embedding(5, 3) | tensor([1, 4])
    Embedding(5, 3, padding_idx=-1) | tensor([1, 4])
    Embedding(5, 3, max_norm=1.0, sparse=True) | tensor([1, 4])
    Embedding(2, 2, _weight=torch.ones(2, 2), _freeze=True) | tensor([1])
    Embedding.from_pretrained(torch.ones(2, 2), padding_idx=1) | tensor([1])
    EmbeddingBag(5, 3) | tensor([[1, 4]])
    EmbeddingBag(5, 3, mode="sum", padding_idx=1, include_last_offset=True) | tensor([1, 4, 2]), tensor([0, 2, 3])
    EmbeddingBag.from_pretrained(torch.ones(2, 2), mode="max") | tensor([[1]])
    AdaptiveAvgPool1d(2) | randn(1, 2, 5)
    AdaptiveAvgPool2d(2) | randn(1, 2, 5, 5)
    AdaptiveAvgPool2d((2, 3)) | randn(1, 2, 5, 5)
    AdaptiveAvgPool2d((None, 3))
    AdaptiveAvgPool3d(2) | randn(1, 2, 4, 4, 4)
    AdaptiveMaxPool1d(2) | randn(1, 2, 5)
    AdaptiveMaxPool2d((2, 3), return_indices=True) | randn(1, 2, 5, 5)
    AdaptiveMaxPool3d(2) | randn(1, 2, 4, 4, 4)
    AvgPool1d(2, padding=1) | randn(1, 2, 5)
    AvgPool2d(2, ceil_mode=True, count_include_pad=False) | randn(1, 2, 5, 5)
    AvgPool2d((2, 3), stride=(1, 2), divisor_override=3) | randn(1, 2, 5, 5)
    AvgPool3d(2) | randn(1, 2, 4, 4, 4)
    FractionalMaxPool2d(2, output_size=3) | randn(1, 2, 6, 6)
    FractionalMaxPool2d(2, output_ratio=(0.5, 0.6), return_indices=True) | randn(1, 2, 6, 6)
    FractionalMaxPool3d(2, output_ratio=0.5) | randn(1, 2, 6, 6, 6)
    LPPool1d(2.0, 2) | randn(1, 2, 5)
    LPPool2d(2, (2, 3), stride=2) | randn(1, 2, 5, 5)
    LPPool3d(1.5, 2) | rand(1, 2, 4, 4, 4)
    MaxPool1d(2) | randn(1, 2, 5)
    MaxPool2d((2, 3), stride=2, padding=1, ceil_mode=True) | randn(1, 2, 5, 5)
    MaxPool3d(2, return_indices=True) | randn(1, 2, 4, 4, 4)
    MaxUnpool1d(2)
    MaxUnpool2d(2)
    MaxUnpool3d(2, stride=1)
    CircularPad1d(1) | randn(1, 2, 3)
    CircularPad2d((1, 0, 1, 2)) | randn(1, 2, 3, 3)
    CircularPad3d(1) | randn(1, 2, 3, 3, 3)
    ConstantPad1d(1, 2.0) | randn(1, 2, 3)
    ConstantPad2d((1, 2, 3, 4), 2.0) | randn(1, 2, 3, 3)
    ConstantPad3d(1, 2) | randn(1, 2, 3, 3, 3)
    ReflectionPad1d(1) | randn(1, 2, 3)
    ReflectionPad2d(1) | randn(1, 2, 3, 3)
    ReflectionPad3d(1) | randn(1, 2, 3, 3, 3)
    ReplicationPad1d((1, 2)) | randn(1, 2, 3)
    ReplicationPad2d((1, 2, 3, 4)) | randn(1, 2, 3, 3)
    ReplicationPad3d(1) | randn(1, 2, 3, 3, 3)
    ZeroPad1d(1) | randn(1, 2, 3)
    ZeroPad2d((-1, 1, 0, 2)) | randn(1, 2, 3, 3)
    ZeroPad3d(1) | randn(1, 2, 3, 3, 3)
    BCELoss() | rand(3), rand(3)
    BCELoss(torch.ones(3), reduction="sum") | rand(3), rand(3)
    BCEWithLogitsLoss(pos_weight=torch.ones(3)) | randn(3), rand(3)
    CTCLoss(zero_infinity=True) | randn(6, 1, 4).log_softmax(2), tensor([[1, 2]]), tensor([6]), tensor([2])
    CosineEmbeddingLoss(0.1) | randn(2, 3), randn(2, 3), tensor([1, -1])
    CrossEntropyLoss(torch.ones(3), label_smoothing=0.1) | randn(2, 3), tensor([0, 2])
    CrossEntropyLoss(size_average=False) | randn(2, 3), tensor([0, 2])
    CrossEntropyLoss(reduce=False) | randn(2, 3), tensor([0, 2])
    HingeEmbeddingLoss() | randn(2, 3), ones(2, 3)
    HuberLoss(delta=0.5) | randn(2, 3), randn(2, 3)
    KLDivLoss(reduction="batchmean", log_target=True) | randn(2, 3), randn(2, 3)
    L1Loss() | randn(2, 3), randn(2, 3)
    MSELoss(reduction="none") | randn(2, 3), randn(2, 3)
    MarginRankingLoss(0.5) | randn(3), randn(3), ones(3)
    MultiLabelMarginLoss() | randn(1, 4), tensor([[3, 0, -1, 1]])
    MultiLabelSoftMarginLoss(torch.ones(4)) | randn(1, 4), ones(1, 4)
    MultiMarginLoss(2, 0.5) | randn(2, 3), tensor([0, 2])
    NLLLoss(ignore_index=0) | randn(2, 3), tensor([0, 2])
    NLLLoss2d() | randn(1, 2, 3, 3), zeros(1, 3, 3, dtype=torch.long)
    PoissonNLLLoss(full=True) | randn(3), rand(3)
    SmoothL1Loss(beta=0.5) | randn(2, 3), randn(2, 3)
    SoftMarginLoss() | randn(2, 3), ones(2, 3)
    TripletMarginLoss(swap=True) | randn(2, 3), randn(2, 3), randn(2, 3)
    RNNCell(2, 3) | randn(4, 2)
    RNNCell(2, 3, nonlinearity="relu") | randn(2), randn(3)
    RNNCell(2, 3, nonlinearity="none")
    LSTMCell(2, 3) | randn(4, 2), (randn(4, 3), randn(4, 3))
    GRUCell(2, 3, bias=False) | randn(4, 2)
    RNN(2, 3)
    RNN(2, 3, 2, "relu", False, True, bidirectional=True)
    LSTM(2, 3)
    LSTM(2, 3, num_layers=2, proj_size=2, bidirectional=True, batch_first=True)
    LSTM(2, 3, 2, bias=False, dropout=0.5)
    GRU(2, 3)
    GRU(2, 3, 2, bidirectional=True, batch_first=True)
    MultiheadAttention(4, 2) | randn(3, 1, 4), randn(5, 1, 4), randn(5, 1, 4)
    MultiheadAttention(4, 2, batch_first=True) | randn(1, 3, 4), randn(1, 5, 4), randn(1, 5, 4)
    MultiheadAttention(4, 2, dropout=0.1, add_zero_attn=True, batch_first=True)
    MultiheadAttention(4, 1, add_bias_kv=True, batch_first=True)
    MultiheadAttention(4, 2, kdim=3, vdim=5, batch_first=True) | randn(1, 3, 4), randn(1, 5, 3), randn(1, 5, 5)
    MultiheadAttention(4, 2, kdim=3, vdim=5, bias=False)
    MultiheadAttention(4, 2, bias=False)
    TransformerEncoderLayer(4, 2, 8) | randn(3, 1, 4)
    TransformerEncoderLayer(4, 2, 8, activation="gelu", batch_first=True, norm_first=True) | randn(1, 3, 4)
    TransformerEncoderLayer(4, 1, 8, activation=nn.GELU(), batch_first=True)
    TransformerEncoderLayer(4, 2, 8, activation=torch.tanh)
    TransformerEncoderLayer(4, 2, 8, bias=False)
    TransformerDecoderLayer(4, 2, 8, 0.0) | randn(3, 1, 4), randn(5, 1, 4)
    TransformerDecoderLayer(4, 2, 8, norm_first=True)
    TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8), 2) | randn(3, 1, 4)
    TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, batch_first=True), 2, norm=nn.LayerNorm(4)) | randn(1, 3, 4)
    TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, norm_first=True), 2, enable_nested_tensor=False)
    TransformerDecoder(nn.TransformerDecoderLayer(4, 2, 8), 2, nn.LayerNorm(4)) | randn(3, 1, 4), randn(5, 1, 4)
    TransformerDecoder(nn.TransformerDecoderLayer(4, 2, 8), 1)
    Transformer(4, 2, 1, 2, 8) | randn(3, 1, 4), randn(5, 1, 4)
    Transformer(4, 2, 1, 1, 8, batch_first=True, bias=True)
"""
# These PyTorch's compiler refuses for the annotations of their attributes.
BEYOND = ("MaxUnpool1d(2)", "MaxUnpool2d(2)", "MaxUnpool3d(2, stride=1)")
LAYERS = [[part.strip() for part in line.split("|")] + [None] for line in LAYERS.strip().split("\n")]


class OverTensors(nn.Module):
    """A layer as a part: one with overloads is not compiled alone."""

    def __init__(self, part):
        super().__init__()
        self.part = part

    def forward(self, x: Tensor):
        return self.part(x)


class OverPacked(OverTensors):
    def forward(self, x: nn.utils.rnn.PackedSequence):
        return self.part(x)


OUR_PACKED = text("torch.nn.utils.rnn").PackedSequence


class OverOurPacked(OverTensors):
    def forward(self, x: OUR_PACKED):
        return self.part(x)


def constructed(layer, module):
    """The layer by the namespace `module`, and what it warned of or the error it raised."""
    torch.manual_seed(1)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            made = eval(f"nn.{layer}", {"nn": module, "torch": torch})
        except Exception as error:
            return None, [type(error).__name__, str(error)]
    return made, [str(w.message) for w in warned]


def outcome(scripted, arguments):
    torch.manual_seed(2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return scripted(*eval(f"({arguments},)", {**vars(torch), "torch": torch}))


def equal(a, b):
    if isinstance(a, (tuple, list)):
        return len(a) == len(b) and all(map(equal, a, b))
    return torch.equal(a, b) if isinstance(a, Tensor) else a == b


@pytest.mark.parametrize("layer, arguments", [row[:2] for row in LAYERS], ids=[row[0] for row in LAYERS])
def test_layer(layer, arguments):
    ours, our_warnings = constructed(layer, text("torch.nn"))
    theirs, their_warnings = constructed(layer, nn)
    assert our_warnings == their_warnings
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert equal(list(ours.state_dict().values()), list(theirs.state_dict().values()))
    assert [p.requires_grad for p in ours.parameters()] == [p.requires_grad for p in theirs.parameters()]
    assert list(ours.__constants__) == list(theirs.__constants__) if hasattr(theirs, "__constants__") else True
    if isinstance(theirs, nn.RNNBase):
        assert_same(compiled(OverTensors(ours), module_text), module_text(torch.jit.script(OverTensors(theirs))))
        assert_same(compiled(OverOurPacked(ours), module_text), module_text(torch.jit.script(OverPacked(theirs))))
        return
    our_text, their_text = compiled(ours, module_text), compiled(theirs, module_text)
    if layer in BEYOND:
        assert our_text[0] != "refused" and their_text[0] == "refused"
    else:
        assert_same(our_text, their_text)
        if arguments and our_text[0] != "refused":
            assert equal(outcome(torch.jit.script(ours), arguments), outcome(torch.jit.script(theirs), arguments))


# Constructors that refuse.
REFUSALS = """
    Dropout(2)
    Bilinear(0, 1, 1)
    Hardtanh(1.0, 0.0)
    MultiheadAttention(5, 2)
    MultiheadAttention(0, 2)
    Unflatten(1, "ab")
    Unflatten(1, (1, "b"))
    Conv2d(2, 4, 3, groups=0)
    Conv2d(3, 4, 3, groups=2)
    Conv2d(2, 3, 3, groups=2)
    Conv2d(2, 4, 3, stride=2, padding="same")
    ConvTranspose2d(2, 4, 3, padding_mode="reflect")
    GroupNorm(2, 3)
    Embedding(5, 3, padding_idx=7)
    Embedding(5, 3, _weight=torch.ones(2, 2))
    Embedding.from_pretrained(torch.ones(2))
    EmbeddingBag(5, 3, padding_idx=-7)
    FractionalMaxPool2d(2)
    FractionalMaxPool2d(2, 2, 0.5)
    FractionalMaxPool3d(2, output_ratio=2.0)
    MultiMarginLoss(3)
    MultiMarginLoss(weight=torch.ones(2, 2))
    TripletMarginLoss(margin=0)
    RNN(2, 3, nonlinearity="none")
    LSTM(2, 3, dropout=2)
    LSTM(2, 0)
    LSTM(2, 3, 0)
    LSTM(2, 3, proj_size=-1)
    LSTM(2, 3, proj_size=3)
    RNNBase("none", 2, 3)
    TransformerEncoderLayer(4, 2, activation="none")
"""


@pytest.mark.parametrize("layer", [line.strip() for line in REFUSALS.strip().split("\n")])
def test_refusal(layer):
    ours, theirs = constructed(layer, text("torch.nn")), constructed(layer, nn)
    assert theirs[0] is None
    assert ours == theirs


# ---- first values ----------------------------------------------------------------------------------------------------

INIT = """
    uniform_(x, -1.0, 2.0)
    normal_(x, 1.0, 2.0)
    trunc_normal_(x)
    trunc_normal_(x, mean=1.0, std=0.5, a=0.5, b=3.0)
    trunc_normal_(x, mean=0.0, std=1.0, a=1.0, b=3.0)
    trunc_normal_(x, mean=0.0, std=0.1, a=1.0, b=3.0)
    constant_(x, 3.0)
    ones_(x)
    zeros_(x)
    eye_(x)
    dirac_(x[:, :, None, None].expand(4, 6, 3, 2).clone(), 2)
    dirac_(x[:, :, None].expand(4, 6, 3).clone())
    xavier_uniform_(x, gain=2.0)
    xavier_normal_(x)
    xavier_normal_(x[:, :, None].expand(4, 6, 3).clone())
    kaiming_uniform_(x, a=2.0, mode="fan_out")
    kaiming_normal_(x, nonlinearity="relu")
    kaiming_normal_(x, nonlinearity="selu")
    kaiming_normal_(x, mode="other")
    kaiming_uniform_(x[:0])
    orthogonal_(x)
    orthogonal_(x.t().clone(), gain=2.0)
    orthogonal_(x[0])
    sparse_(x, 0.4)
    calculate_gain("tanh")
    calculate_gain("leaky_relu", 0.2)
    calculate_gain("other")
    eye_(x[0])
    dirac_(x)
    xavier_uniform_(x[0])
"""


@pytest.mark.parametrize("call", [line.strip() for line in INIT.strip().split("\n")])
def test_init(call):
    def tried(init):
        torch.manual_seed(3)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return eval(f"init.{call}", {"init": init, "x": torch.zeros(4, 6)})
        except Exception as error:
            return [type(error).__name__, str(error)]

    assert equal(tried(text("torch.nn.init")), tried(nn.init))


# ---- the same in wick ------------------------------------------------------------------------------------------------

def wick(program, folder, entry):
    """What `wick compile` makes of the program, loaded by PyTorch."""
    source, archive = str(folder / "program.py"), str(folder / "program.pt")
    with open(source, "w") as file:
        file.write("import torch\nfrom torch import nn, Tensor\n" + program)
    done = subprocess.run([WICK, "compile", source, "-o", archive, "--entry", entry], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return torch.jit.load(archive)


def saved(what, folder):
    path = str(folder / "pytorch.pt")
    torch.jit.save(torch.jit.script(what), path)
    return torch.jit.load(path)


def refused(what):
    try:
        torch.jit.script(what)
        return False
    except Exception:
        return True


@pytest.mark.parametrize("module, name", FUNCTIONS)
def test_function_in_wick(module, name, tmp_path):
    theirs = getattr(sys.modules[module], name)
    if _find_builtin(theirs) or name.startswith("_") or refused(theirs):
        pytest.skip("not a function that PyTorch compiles for users")
    ours = wick(f"import {module}\nentry = {module}.{name}\n", tmp_path, "entry")
    # torch.jit.save forgets the defaults of a function.
    defaults = re.compile(r"^(    \w+: [^\n=]*?)=[^\n]*?(,|\) -> .*)$", re.M)
    our_text, their_text = ([defaults.sub(r"\1\2", part) for part in module_text(what)] for what in (ours, saved(theirs, tmp_path)))
    assert_same(our_text, their_text)


@pytest.mark.parametrize("call", [line.strip() for line in CALLS.strip().split("\n")])
def test_call_in_wick(call, tmp_path):
    program = f"def entry(x: Tensor):\n    return {call}\n"
    ours = wick("import torch.nn.functional as F\n" + program, tmp_path, "entry")
    names = {"torch": torch, "F": nn.functional, "Tensor": Tensor, "__name__": "__main__"}
    path = str(tmp_path / "entry.py")
    with open(path, "w") as file:
        file.write(program)
    exec(compile(program, path, "exec"), names)
    assert_same(module_text(ours), module_text(saved(names["entry"], tmp_path)))


@pytest.mark.parametrize("layer, arguments", [row[:2] for row in LAYERS], ids=[row[0] for row in LAYERS])
def test_layer_in_wick(layer, arguments, tmp_path):
    forget()
    theirs, _ = constructed(layer, nn)
    program = f"torch.manual_seed(1)\nentry = nn.{layer}\n"
    if isinstance(theirs, nn.RNNBase):
        theirs = OverTensors(theirs)
        program = f"""class OverTensors(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.part = nn.{layer}

    def forward(self, x: Tensor):
        return self.part(x)

entry = OverTensors()
"""
    elif refused(theirs):
        pytest.skip("PyTorch's compiler refuses it")
    ours = wick(program, tmp_path, "entry")
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert equal(list(ours.state_dict().values()), list(theirs.state_dict().values()))
    assert_same(module_text(ours), module_text(saved(theirs, tmp_path)))
    if arguments:
        assert equal(outcome(ours, arguments), outcome(torch.jit.script(theirs), arguments))


# ---- the table of docs/nn.md -----------------------------------------------------------------------------------------

# What PyTorch exports and the library has not, with the reason.
LAZY = "takes its sizes from a first call in Python; what it has become by then compiles. The Python package has it (`wick.nn`)"
REFUSED = "PyTorch's compiler refuses it"
PYTHON = "PyTorch's compiler refuses it; the Python package has it (`wick.nn`)"
OTHERS = {
    "torch.nn": {
        **{f"Lazy{name}": LAZY for name in ("Linear", "Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d",
                                            "BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d")},
        "UninitializedParameter": LAZY, "UninitializedBuffer": LAZY,
        "AdaptiveLogSoftmaxWithLoss": PYTHON, "GaussianNLLLoss": PYTHON, "LinearCrossEntropyLoss": REFUSED,
        "LinearCrossEntropyOptions": REFUSED, "TripletMarginWithDistanceLoss": PYTHON,
        "CrossMapLRN2d": "compiles, but archives can't hold it: a function of Python's autograd; the Python package has it (`wick.nn`)",
        "SyncBatchNorm": REFUSED + "; it joins the batches of several processes; the Python package has it (`wick.nn`), for one",
        "DataParallel": "runs a module on several devices; the Python package has it (`wick.nn`), for none",
        "Container": "a deprecated name of Module",
        "Buffer": "a tensor given to `register_buffer` does the same; the Python package has it (`wick.nn`)",
    },
    "torch.nn.functional": {
        **dict.fromkeys(("linear_cross_entropy", "grouped_mm", "scaled_mm", "scaled_grouped_mm"), REFUSED),
        **dict.fromkeys(("gaussian_nll_loss", "triplet_margin_with_distance_loss"), PYTHON),
        **dict.fromkeys(("has_torch_function", "has_torch_function_unary", "has_torch_function_variadic", "handle_torch_function"),
                        "for types that take over functions of torch in Python"),
        "assert_int_or_pair": "a check of PyTorch's own",
    },
    "torch.nn.init": dict.fromkeys(("uniform", "normal", "constant", "eye", "dirac", "xavier_uniform", "xavier_normal", "kaiming_uniform",
                                    "kaiming_normal", "orthogonal", "sparse"), "a deprecated name of the function that ends in `_`; the Python package has it (`wick.nn`)"),
    "torch.functional": {"lu": "deprecated for torch.linalg.lu_factor"},
    "torch.nn.utils.rnn": {"bind": "a helper of PyTorch's own", "copy_method_params": "a helper of PyTorch's own", "PackedSequence_": "the base of PackedSequence"},
}
OWN = ("Module", "ModuleDict", "ModuleList", "Parameter", "ParameterDict", "ParameterList", "Sequential")  # not by these texts


def exported(module):
    """The public names that PyTorch defines for users of the module."""
    real = sys.modules[module]
    if module == "torch.functional":
        return [name for name in real.__all__ if not _find_builtin(getattr(real, name))]
    if module == "torch.nn":
        return [name for name in dir(real) if inspect.isclass(getattr(real, name)) and name not in OWN]
    imported = ("boolean_dispatch", "BroadcastingList1", "BroadcastingList2", "BroadcastingList3", "Callable", "DType", "Optional",
                "ScalingType", "SwizzleType", "Tensor", "Any", "Iterable", "NamedTuple", "Self", "TypeVar", "Literal", "ParamSpec",
                "TYPE_CHECKING", "Union")
    return [name for name in dir(real) if not name.startswith("_") and name not in imported and callable(getattr(real, name))]


def has(module, name):
    places = PLACES.get(module, [module])
    return any(name in text(place).__dict__ for place in places)


def table():
    lines = ["# torch.nn in wick", "",
             "Programs use the layers and functions of PyTorch 2.13 by their names: with PyTorch's parameters, first values, and compiled",
             "code. They are texts in wick's own language, [src/program/library](../src/program/library), a file per module of PyTorch. This",
             "page is written by `tests/oracle/nn_library.py`, which compares each of them with PyTorch.", "",
             "Where a program differs from what Python would do, it differs as PyTorch's compiled one does: `max_norm` of embeddings has no",
             "effect. `MaxUnpool1d`, `MaxUnpool2d` and `MaxUnpool3d`, which PyTorch's compiler refuses, compile.", ""]
    for module, others in OTHERS.items():
        names = exported(module)
        there = [name for name in names if has(module, name)]
        lines += [f"## {module}", "", ", ".join(f"`{name}`" for name in there), ""]
        if others:
            lines += ["| not there | because |", "|---|---|"]
            for reason in dict.fromkeys(others.values()):
                lines.append("| " + ", ".join(f"`{name}`" for name in others if others[name] == reason) + f" | {reason} |")
            lines.append("")
    return "\n".join(lines)


@pytest.mark.parametrize("module", OTHERS)
def test_all_there(module):
    names = exported(module)
    assert [name for name in names if not has(module, name) and name not in OTHERS[module]] == []
    assert [name for name in OTHERS[module] if has(module, name) or name not in names] == []


def test_table():
    with open(TABLE) as file:
        assert file.read() == table()


if __name__ == "__main__":
    with open(TABLE, "w") as file:
        file.write(table())
