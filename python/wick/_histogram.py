"""histogramdd."""
import collections
import math

import wick

from ._values import results_class

_Result = results_class("histogramdd", ("hist", "bin_edges"))


def _edges(values, bins, low, high):
    if isinstance(bins, wick.Tensor):
        return bins
    if low is None:
        low, high = (values.min().item(), values.max().item()) if values.numel() else (0.0, 1.0)
    if not (math.isfinite(low) and math.isfinite(high)):
        raise RuntimeError(f"torch.histogramdd(): dimension's range [{low}, {high}] is not finite")
    if low == high:
        low, high = low - 0.5, high + 0.5
    return wick.linspace(low, high, bins + 1, dtype=values.dtype)


def histogramdd(input, bins, *, range=None, weight=None, density=False):
    """How many points (rows of the last dimension) lie in each cell of a grid: (hist, bin_edges). `bins` are the counts of bins along each dimension,
    or the edges; the last bin of each has its right edge too."""
    if input.dim() < 2:
        raise RuntimeError(f"torch.histogramdd: input tensor should have at least 2 dimensions, but got {input.dim()}")
    if not input.is_floating_point():
        raise NotImplementedError(f'"histogramdd" not implemented for \'{input.type()[len("torch."):-len("Tensor")]}\'')
    dims = input.shape[-1]
    points = input.detach().reshape(-1, dims)
    bins = list(bins) if isinstance(bins, collections.abc.Sequence) else [bins] * dims
    if len(bins) != dims:
        raise RuntimeError(f"torch.histogramdd(): The size of bins must be equal to the innermost dimension of the input. Expected {dims} but got {len(bins)}")
    limits = [(None, None)] * dims if range is None else list(zip(range[::2], range[1::2]))
    edges = [_edges(points[:, dim], bins[dim], *limits[dim]) for dim in _range(dims)]
    flat = wick.zeros(len(points), dtype=wick.int64)
    inside = wick.ones(len(points), dtype=wick.bool)
    for dim, edge in enumerate(edges):
        values, last = points[:, dim].contiguous(), len(edge) - 2
        place = wick.searchsorted(edge, values, right=True) - 1
        place = wick.where(values == edge[-1], last, place)
        inside &= (place >= 0) & (place <= last)
        flat = flat * (last + 1) + place.clamp(0, last)
    shape = [len(edge) - 1 for edge in edges]
    weights = wick.ones(len(points), dtype=input.dtype) if weight is None else weight.detach().reshape(-1)
    hist = wick.zeros(math.prod(shape), dtype=input.dtype).index_add_(0, flat[inside], weights[inside].to(input.dtype)).view(shape)
    if density:
        hist = hist / hist.sum()
        for dim, edge in enumerate(edges):
            hist = hist / edge.diff().view([-1 if one == dim else 1 for one in _range(dims)])
    return _Result((hist, tuple(edges)))


_range = range
