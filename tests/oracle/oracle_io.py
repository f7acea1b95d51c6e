"""Plain values on disk: what both PyTorch and wick write and read as inputs and outputs."""
import enum
import math

import torch


def plain(value):
    """NamedTuples become tuples, script objects dicts of their attributes, enum members their value:
    what torch.load(weights_only=True) accepts, and what `wick run --outputs` writes."""
    if isinstance(value, torch.Tensor):
        return value.detach().clone(memory_format=torch.contiguous_format) if value.layout == torch.strided else value.detach()
    if isinstance(value, enum.Enum):
        return plain(value.value)
    if isinstance(value, tuple):
        return tuple(plain(v) for v in value)
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {plain(k): plain(v) for k, v in value.items()}
    if isinstance(value, torch.ScriptObject) or type(value).__name__ == "RecursiveScriptClass":
        names = [n for n in value._properties] if hasattr(value, "_properties") else []
        return {n: plain(getattr(value, n)) for n in names}
    if type(value).__name__ in ("ScriptList",):
        return [plain(v) for v in value]
    if type(value).__name__ in ("ScriptDict",):
        return {plain(k): plain(v) for k, v in value.items()}
    return value


def read(path):
    return torch.load(path, weights_only=True)


def write(value, path):
    torch.save(value, path)


def tolerance(record, case):
    """The absolute tolerance of a case: the model's, or twice PyTorch's own rounding error where that is larger."""
    return max(record["atol"], 2 * case.get("rounding", 0.0))


def differences(got, want, rtol=1e-4, atol=1e-5, where="result"):
    """One line for each place where got is not want; an empty list when they are the same."""
    if isinstance(want, torch.Tensor) or isinstance(got, torch.Tensor):
        if not (isinstance(want, torch.Tensor) and isinstance(got, torch.Tensor)):
            return [f"{where}: {kind(got)} instead of {kind(want)}"]
        if got.dtype != want.dtype or got.shape != want.shape:
            return [f"{where}: {got.dtype} {list(got.shape)} instead of {want.dtype} {list(want.shape)}"]
        return tensor_differences(got, want, rtol, atol, where)
    if type(got) is not type(want):
        return [f"{where}: {kind(got)} {got!r} instead of {kind(want)} {want!r}"[:300]]
    if isinstance(want, (list, tuple)):
        if len(got) != len(want):
            return [f"{where}: {len(got)} items instead of {len(want)}"]
        return [d for i, (g, w) in enumerate(zip(got, want)) for d in differences(g, w, rtol, atol, f"{where}[{i}]")]
    if isinstance(want, dict):
        if list(got) != list(want):
            return [f"{where}: keys {list(got)} instead of {list(want)}"]
        return [d for k in want for d in differences(got[k], want[k], rtol, atol, f"{where}[{k!r}]")]
    if isinstance(want, float):
        same = (math.isnan(got) and math.isnan(want)) or got == want or abs(got - want) <= atol + rtol * abs(want)
        return [] if same else [f"{where}: {got!r} instead of {want!r}"]
    if isinstance(want, complex):
        return [] if abs(got - want) <= atol + rtol * abs(want) else [f"{where}: {got!r} instead of {want!r}"]
    return [] if got == want else [f"{where}: {got!r} instead of {want!r}"]


def tensor_differences(got, want, rtol, atol, where):
    loose = {torch.float16: (2e-3, 1e-3), torch.bfloat16: (2e-2, 1e-2)}.get(want.dtype, (rtol, atol))
    if want.is_floating_point() or want.is_complex():
        wide = torch.complex128 if want.is_complex() else torch.float64
        got, want = got.to(wide), want.to(wide)
        bad = ~torch.isclose(got, want, rtol=loose[0], atol=loose[1], equal_nan=True)
    else:
        bad = got != want
    count = int(bad.sum())
    if count == 0:
        return []
    at = bad.nonzero()[0].tolist()
    g, w = got[tuple(at)].item(), want[tuple(at)].item()
    return [f"{where}: {count} of {want.numel()} values differ, first at {at}: {g!r} instead of {w!r}"]


def kind(value):
    return type(value).__name__
