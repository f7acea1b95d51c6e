"""torch.utils.flop_counter: multiplications and additions of products, convolutions and attention."""
import collections
import functools
import math

import wick
from wick.nn import Module

from ._python_dispatch import TorchDispatchMode

__all__ = ["FlopCounterMode", "register_flop_formula"]


def _product(a, b, *_, **__):
    """Of the last two dimensions; those before are broadcast."""
    if len(a) == 1:
        return 2 * math.prod(b)
    if len(b) == 1:
        return 2 * math.prod(a)
    batch = math.prod(wick.broadcast_shapes(a[:-2], b[:-2]))
    return 2 * batch * a[-2] * a[-1] * b[-1]


def _added_product(_, a, b, *__, **___):
    return _product(a, b)


def _linear(input, weight, bias=None, **_):
    return 2 * math.prod(input) * weight[0]


def _convolution_by_sizes(input, weight, output, transposed):
    spatial = (input if transposed else output)[-(len(weight) - 2):]
    batch = input[0] if len(input) == len(weight) else 1
    return 2 * batch * math.prod(spatial) * math.prod(weight)


def _convolution(input, weight, *_, out_val, transposed=False, **__):
    return _convolution_by_sizes(input, weight, out_val, transposed)


def _convolution_backward(gradient, input, weight, _bias, _stride, _padding, _dilation, transposed, _output_padding, _groups, needed, **_):
    one = _convolution_by_sizes(input, weight, gradient, transposed)
    return one * (bool(needed[0]) + bool(needed[1]))


def _attention(query, key, value, *_, **__):
    batch, length = math.prod(query[:-2]), query[-2]
    return 2 * batch * length * key[-2] * (query[-1] + value[-1])


# By an operator's name: what is computed from the arguments with shapes in the place of tensors.
flop_registry = {
    "mm": _product, "bmm": _product, "matmul": _product, "addmm": _added_product, "baddbmm": _added_product, "linear": _linear,
    "convolution": _convolution, "_convolution": _convolution, "conv1d": _convolution, "conv2d": _convolution, "conv3d": _convolution,
    **{f"conv_transpose{n}d": functools.partial(_convolution, transposed=True) for n in (1, 2, 3)},
    "convolution_backward": _convolution_backward, "scaled_dot_product_attention": _attention,
}


def register_flop_formula(targets, get_raw=False):
    """Decorates a function of an operator's arguments, tensors given by their shapes, and out_shape, that gives the count; with get_raw of tensors,
    and out_val."""
    def register(formula):
        def counted(*args, out_val=None, **kwargs):
            return formula(*args, **{"out_val" if get_raw else "out_shape": out_val}, **kwargs)

        counted.is_raw = get_raw
        for target in targets if isinstance(targets, (list, tuple)) else [targets]:
            flop_registry[_name(target)] = counted
        return formula

    return register


def _name(function):
    packet = getattr(function, "overloadpacket", function)
    return packet.__name__


def _shapes(value):
    if isinstance(value, wick.Tensor):
        return tuple(value.shape)
    return type(value)(_shapes(one) for one in value) if type(value) in (list, tuple) else value


class FlopCounterMode(TorchDispatchMode):
    """Counts in a block, in backward passes too, and for each module that is called there."""

    def __init__(self, mods=None, depth=2, display=True, custom_mapping=None):
        self.depth, self.display = depth, display
        self.flop_counts = collections.defaultdict(lambda: collections.defaultdict(int))
        self._formulas = {**flop_registry, **{_name(op): _custom(formula) for op, formula in (custom_mapping or {}).items()}}
        self._parents, self._names = ["Global"], {}

    def get_total_flops(self):
        return sum(self.flop_counts["Global"].values())

    def get_flop_counts(self):
        """{module: {operator: count}}."""
        return {name: dict(counts) for name, counts in self.flop_counts.items()}

    def get_table(self, depth=None):
        depth = self.depth if depth is None else depth
        total = max(self.get_total_flops(), 1)
        lines = [f"{'Module':30}{'FLOP':>12}{'% Total':>10}"]
        for name in sorted(self.flop_counts, key=lambda one: (one != "Global", one)):
            level = name.count(".") + 1 if name != "Global" else 0
            if level <= depth:
                count = sum(self.flop_counts[name].values())
                lines.append(f"{' ' * level + name:30}{_short(count):>12}{count / total:>10.2%}")
                lines += [f"{' ' * level + ' - ' + str(op):30}{_short(one):>12}{one / total:>10.2%}" for op, one in self.flop_counts[name].items()]
        return "\n".join(lines)

    def __enter__(self):
        self.flop_counts.clear()
        self._call = call = Module.__call__

        def tracked(module, *args, **kwargs):
            name = self._names.get(module)
            if name is None:
                root = type(module).__name__
                for path, below in module.named_modules():
                    self._names[below] = f"{root}.{path}" if path else root
                name = self._names[module]
            self._parents.append(name)
            try:
                return call(module, *args, **kwargs)
            finally:
                self._parents.pop()

        Module.__call__ = tracked
        return super().__enter__()

    def __exit__(self, *error):
        super().__exit__(*error)
        Module.__call__ = self._call
        if self.display:
            print(self.get_table())

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        formula = self._formulas.get(_name(func))
        if formula is not None:
            if getattr(formula, "is_raw", False):
                count = formula(*args, out_val=result, **kwargs)
            else:
                count = formula(*_shapes(args), out_val=_shapes(result), **{name: _shapes(one) for name, one in kwargs.items()})
            for parent in dict.fromkeys(self._parents):
                self.flop_counts[parent][func.overloadpacket] += count
        return result


def _custom(formula):
    if getattr(formula, "_get_raw", False):
        counted = lambda *args, out_val=None, **kwargs: formula(*args, out_val=out_val, **kwargs)  # noqa: E731
        counted.is_raw = True
        return counted
    return lambda *args, out_val=None, **kwargs: formula(*args, out_shape=out_val, **kwargs)


def _short(count):
    for unit, name in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K")):
        if count >= unit:
            return f"{count / unit:.3f}{name}"
    return str(count)
