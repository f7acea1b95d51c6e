"""Gradients of every operator in PyTorch's operator database, in PyTorch and in wick.

    python gradients.py [NAME…] [--second] [--complex] [--inplace] [--samples N] [--verbose]

Runs under a Python that has PyTorch (2.13) and finds the wick package (PYTHONPATH=build/python). For each sample of an
operator both sides compute the results from the same float64 inputs (complex128 with --complex) and the gradients of
their weighted sum; --second differentiates these gradients again, --inplace takes the operators' in-place forms. What
is not compared is counted by its reason, and named with --verbose. Exit status 1 when a gradient differs that EXPECTED
does not name; the last line counts samples.
"""
import argparse
import sys
import warnings

import torch
from torch.testing._internal.common_methods_invocations import op_db

import wick

warnings.filterwarnings("ignore")

# Operators whose gradients may differ, and why.
EXPECTED = {
    "as_strided_scatter": "PyTorch gives self the gradient of the part that was overwritten, instead of the rest's",
}

# The same of second ones.
STATISTICS = "wick's saved statistics want gradients, which are 0, and PyTorch's want none"
EXPECTED_AGAIN = {
    "_native_batch_norm_legit": STATISTICS,
    "native_batch_norm": STATISTICS,
    "native_layer_norm": STATISTICS,
    "linalg.norm.subgradients_at_zero": "PyTorch's second derivatives at 0 are NaN, wick's are 0 as the first ones",
    "nn.functional.linear_cross_entropy.chunked": "PyTorch's gradients by pieces have no derivatives, wick's have",
}

# wick's functions where the database calls PyTorch's with the arguments in another order.
ADAPTED = {
    "nn.functional.embedding": lambda weight, indices, **kwargs: wick.nn.functional.embedding(indices, weight, **kwargs),
    "linalg.lstsq.grad_oriented": lambda a, b, driver: wick.linalg.lstsq(a, b, driver=driver)[:2],
    "linalg.pinv.singular": lambda a, b: wick.linalg.pinv(a @ b.mT),
    "polygamma": lambda x, n: wick.polygamma(n, x),
    "special.polygamma": lambda x, n: wick.special.polygamma(n, x),
    "where": lambda x, condition, other: wick.where(condition, x, other),
    "zero_": lambda x: x.clone().zero_(),
}


def wick_function(op):
    """The function of wick by the database's name ("nn.functional.relu", "linalg.inv"), or None."""
    for name in (f"{op.name}.{op.variant_test_name}", op.name):
        if name in ADAPTED:
            return ADAPTED[name]
    for name in (op.name, *(a.name for a in op.aliases)):
        found = wick
        for part in name.split("."):
            found = getattr(found, part, None)
        if found is None or isinstance(found, wick.dtype):
            found = getattr(wick.Tensor, name, None)
        if found is not None:
            return found.fget if isinstance(found, property) else found
    return None


def leaves(value):
    """The tensors in nested sequences and dicts, in order."""
    if isinstance(value, (torch.Tensor, wick.Tensor)):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [t for v in value for t in leaves(v)] if isinstance(value, (list, tuple)) else []


def convert(value):
    """The same value for wick, on memory of its own."""
    if isinstance(value, torch.Tensor):
        made = wick.from_dlpack(value.detach().clone().contiguous()) if value.dtype != torch.bool else \
            wick.tensor(value.tolist(), dtype=wick.bool).reshape(value.shape)
        if value.numel() and value.stride() != made.stride() and value.is_complex() is False:
            made = wick.empty_strided(value.shape, value.stride(), dtype=made.dtype).copy_(made) \
                if min(value.stride(), default=1) > 0 else made.expand(value.shape)
        made = made.clone() if made.dim() == 0 else made
        return made.detach().requires_grad_(value.requires_grad)
    if isinstance(value, torch.dtype):
        return getattr(wick, str(value).split(".")[1])
    if isinstance(value, torch.memory_format):
        return getattr(wick, str(value).split(".")[1])
    if isinstance(value, dict):
        return {k: convert(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple, torch.Size):
        return type(value)(convert(v) for v in value) if type(value) is not torch.Size else tuple(value)
    return value


def weights(tensor):
    """Fixed numbers by which the results are summed: different for neighbours."""
    values = torch.cos(torch.arange(tensor.numel(), dtype=torch.float64) * 0.7 + 0.3).reshape(tensor.shape) + 0.1
    return (values * (1 + 0.5j) if tensor.is_complex() else values).to(tensor.dtype)


def differentiable(results):
    """Those that have gradients; empty ones only where there are no others."""
    found = [r for r in leaves(results) if r.requires_grad]
    return [r for r in found if r.numel() > 0] or found


def gradients(side, function, args, kwargs, second):
    """The gradients of the inputs, and with `second` of what the first ones began with; a missing one is None. None when
    no result has any."""
    def given(tensors):
        return [weights(t.detach()) if side is torch else convert(weights(as_torch(t))) for t in tensors]

    outputs = differentiable(function(*args, **kwargs))
    inputs = [t for t in leaves([list(args), kwargs]) if t.requires_grad]
    if not outputs:
        return None
    start = [g.requires_grad_(second) for g in given(outputs)]
    found = side.autograd.grad(outputs, inputs, start, create_graph=second, allow_unused=True)
    if second:
        again = [f for f in found if f is not None and f.requires_grad]
        if not again:
            return None
        found = side.autograd.grad(again, inputs + start, given(again), allow_unused=True)
    return found


def as_torch(tensor):
    if not isinstance(tensor, wick.Tensor):
        return tensor.detach()
    return torch.from_dlpack(tensor.detach().contiguous()).clone() if tensor.dtype != wick.bool else \
        torch.tensor(tensor.tolist(), dtype=torch.bool).reshape(tuple(tensor.shape))


def differs(ours, theirs, rtol=1e-6, atol=1e-8):
    """How a list of tensors differs from PyTorch's, or ""."""
    if len(ours) != len(theirs):
        return f"{len(ours)} values, PyTorch has {len(theirs)}"
    for number, (a, b) in enumerate(zip(ours, theirs)):
        if a is None or b is None:
            # A gradient that is zero everywhere may be missing.
            there = a if b is None else b
            if there is not None and as_torch(there).abs().nan_to_num(1).gt(atol).any():
                return f"value {number} is {'missing' if a is None else 'there'}"
            continue
        a, b = as_torch(a), b.detach().resolve_conj().resolve_neg()
        if a.shape != b.shape or a.dtype != b.dtype:
            return f"value {number} is {a.dtype} {tuple(a.shape)}, PyTorch's {b.dtype} {tuple(b.shape)}"
        if not torch.allclose(a, b, rtol=rtol, atol=atol, equal_nan=True):
            return f"value {number} differs by up to {(a - b).abs().nan_to_num().max().item():.3g}"
    return ""


def forms(op, inplace):
    """(name, PyTorch's function, wick's) of an entry of the database: itself, or of its in-place form a function that
    works on a copy."""
    name = f"{op.name}.{op.variant_test_name}" if op.variant_test_name else op.name
    ours = wick_function(op)
    if not inplace:
        return name, op.op, ours
    if op.inplace_variant is None:
        return name, None, None
    method = getattr(op.inplace_variant, "__name__", f"{op.name}_")

    def overwrite(copy, function):
        return lambda x, *args, **kwargs: function(copy(x), *args, **kwargs)

    own = getattr(wick.Tensor, method, None)
    return f"{name} ({method})", overwrite(torch.clone, op.inplace_variant), own and overwrite(wick.clone, own)


class Report:
    """What became of the samples."""

    def __init__(self, verbose):
        self.verbose = verbose
        self.equal = 0
        self.failures = {}
        self.skipped = {}

    def skip(self, name, reason, detail=""):
        self.skipped.setdefault(reason, []).append(name)
        if self.verbose:
            print(f"{reason}: {name} {detail[:160]}")

    def compare(self, name, number, problem):
        if problem:
            self.failures.setdefault(name, []).append((number, problem))
        else:
            self.equal += 1

    def finish(self):
        """The number of samples that differ and are not EXPECTED to."""
        expected = {name: found for name, found in self.failures.items() if name.split(" ")[0] in EXPECTED}
        unexpected = {name: found for name, found in self.failures.items() if name not in expected}
        for name, found in sorted(unexpected.items()):
            print(f"{name}: {len(found)} samples; sample {found[0][0]}: {found[0][1][:200]}")
        for name, found in sorted(expected.items()):
            print(f"expected: {name}: {len(found)} samples; {EXPECTED[name.split(' ')[0]]}")
        for reason, names in self.skipped.items():
            print(f"skipped: {reason}: {len(names)} samples or operators of {len(set(names))} names")
        count = sum(map(len, unexpected.values()))
        print(f"{len(unexpected)} operators differ")
        print(f"{self.equal} passed, {count} failed, {sum(map(len, self.skipped.values())) + sum(map(len, expected.values()))} skipped")
        return count


def text_of(error):
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0] if lines else ''}"


def processed(function, sample):
    """The part of the results that the database differentiates: of factorisations what their choice of signs leaves."""
    return lambda *args, **kwargs: sample.output_process_fn_grad(function(*args, **kwargs))


def check(report, name, theirs, ours, sample, number, second):
    args, kwargs = [sample.input, *sample.args], dict(sample.kwargs)
    theirs, ours = processed(theirs, sample), processed(ours, sample)
    try:
        torch.manual_seed(7)
        with torch.no_grad():
            results = leaves(theirs(*args, **kwargs))
        torch.manual_seed(7)
        wanted = gradients(torch, theirs, args, kwargs, second)
    except Exception as error:
        return report.skip(name, "PyTorch raises an error", text_of(error))
    if wanted is None:
        return report.skip(name, "PyTorch has no gradient")
    try:
        wick.manual_seed(7)
        with wick.no_grad():
            difference = differs(leaves(ours(*convert(args), **convert(kwargs))), results)
    except Exception as error:
        return report.skip(name, "wick does not compute this", text_of(error))
    if difference:
        return report.skip(name, "the results differ before any gradient", difference)
    try:
        wick.manual_seed(7)
        found = gradients(wick, ours, convert(args), convert(kwargs), second)
    except Exception as error:
        return report.compare(name, number, text_of(error))
    report.compare(name, number, differs(found or [None] * len(wanted), wanted))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    parser.add_argument("--second", action="store_true")
    parser.add_argument("--complex", action="store_true")
    parser.add_argument("--inplace", action="store_true")
    parser.add_argument("--samples", type=int, default=8)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    dtype = torch.complex128 if options.complex else torch.float64
    if options.second:
        EXPECTED.update(EXPECTED_AGAIN)
    report = Report(options.verbose)
    for op in op_db:
        if options.names and op.name not in options.names:
            continue
        if not op.supports_autograd or dtype not in op.supported_dtypes("cpu"):
            continue
        if options.second and not op.supports_gradgrad:
            continue
        name, theirs, ours = forms(op, options.inplace)
        if theirs is None:
            continue
        if ours is None:
            report.skip(name, "wick has no such operator")
            continue
        torch.manual_seed(0)
        try:
            samples = list(op.sample_inputs("cpu", dtype, requires_grad=True))[:options.samples]
        except Exception as error:
            report.skip(name, "the database makes no samples", text_of(error))
            continue
        for number, sample in enumerate(samples):
            check(report, name, theirs, ours, sample, number, options.second)
    sys.exit(bool(report.finish()))


if __name__ == "__main__":
    main()
