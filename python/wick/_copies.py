"""The operators that give a copy of what a view shows: view_copy, expand_copy and their like."""

import wick

_VIEWS = {"_conj_copy": "conj", "_neg_view_copy": "neg", "alias_copy": "alias", "as_strided_copy": "as_strided", "detach_copy": "detach",
          "diagonal_copy": "diagonal", "expand_copy": "expand", "indices_copy": "indices", "permute_copy": "permute", "select_copy": "select",
          "split_copy": "split", "split_with_sizes_copy": "split_with_sizes", "squeeze_copy": "squeeze", "t_copy": "t", "transpose_copy": "transpose",
          "unbind_copy": "unbind", "unfold_copy": "unfold", "unsqueeze_copy": "unsqueeze", "values_copy": "values",
          "view_as_complex_copy": "view_as_complex", "view_as_real_copy": "view_as_real", "view_copy": "view"}


def slice_copy(input, dim=0, start=None, end=None, step=1, *, out=None):
    """A copy of input[start:end:step] along a dimension."""
    place = (slice(None),) * (dim % input.dim()) + (slice(start, end, step),)
    return _copied(input[place], out)


def slice_inverse(input, src, dim=0, start=None, end=None, step=1):
    """The tensor of src's sizes of which `input` is that slice: `input` over the memory of src."""
    return input.as_strided(src.size(), src.stride(), src.storage_offset())


def _copied(view, out):
    if isinstance(view, tuple):
        copies = [one.clone(memory_format=wick.contiguous_format) for one in view]
        if out is None:
            return tuple(copies)
        for to, copy in zip(out, copies):
            to.resize_(copy.shape).copy_(copy)
        return None
    if out is not None:
        return out.resize_(view.shape).copy_(view)
    return view.clone(memory_format=wick.contiguous_format)


def _make(name, view):
    def copy(input, *args, out=None, **kwargs):
        kwargs.pop("implicit", None)  # expand's, which says nothing here
        shown = getattr(wick, view, None) if view in ("alias", "conj", "neg", "view_as_complex", "view_as_real") else None
        return _copied(shown(input, *args, **kwargs) if shown else getattr(input, view)(*args, **kwargs), out)

    copy.__name__ = copy.__qualname__ = name
    copy.__doc__ = f"A copy of what {view} gives."
    return copy


globals().update({name: _make(name, view) for name, view in _VIEWS.items()})
NAMES = {"slice_copy", "slice_inverse", *_VIEWS}
