"""Batches made of items."""
import collections.abc
import copy

import wick


def _is_array(value):
    return type(value).__module__ == "numpy" and hasattr(value, "__array_interface__")


def _is_named_tuple(value):
    return isinstance(value, tuple) and hasattr(value, "_fields")


def default_convert(data):
    """NumPy's arrays as tensors, also within containers; everything else as it is."""
    if isinstance(data, wick.Tensor) or isinstance(data, (str, bytes)):
        return data
    if _is_array(data):
        return data if data.dtype.kind in "SUO" else wick.as_tensor(data)
    if isinstance(data, collections.abc.Mapping):
        return _with_values(data, {key: default_convert(value) for key, value in data.items()})
    if _is_named_tuple(data):
        return type(data)(*map(default_convert, data))
    if isinstance(data, tuple):
        return [default_convert(value) for value in data]
    if isinstance(data, collections.abc.Sequence):
        return _with_items(data, [default_convert(value) for value in data])
    return data


def default_collate(batch):
    """Tensors and arrays are stacked, numbers become a tensor (floats float64, ints int64), strings stay a list; containers
    of these are collated item by item."""
    first = batch[0]
    if isinstance(first, wick.Tensor):
        return wick.stack(list(batch), 0)
    if _is_array(first):
        if first.dtype.kind in "SUO":
            raise TypeError(f"default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {first.dtype}")
        return wick.stack([wick.as_tensor(item) for item in batch], 0)
    if isinstance(first, float):
        return wick.tensor(batch, dtype=wick.float64)
    if isinstance(first, int):
        return wick.tensor(batch)
    if isinstance(first, (str, bytes)):
        return batch
    if isinstance(first, collections.abc.Mapping):
        return _with_values(first, {key: default_collate([item[key] for item in batch]) for key in first})
    if isinstance(first, collections.abc.Sequence):
        if any(len(item) != len(first) for item in batch):
            raise RuntimeError("each element in list of batch should be of equal size")
        columns = [default_collate(column) for column in zip(*batch)]
        if _is_named_tuple(first):
            return type(first)(*columns)
        return columns if isinstance(first, tuple) else _with_items(first, columns)
    raise TypeError("default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found "
                    f"{type(first)}")


def _with_values(mapping, values):
    """A mapping of the same kind, where there can be one."""
    try:
        made = copy.copy(mapping)
        made.update(values)
        return made
    except (AttributeError, TypeError):
        return values


def _with_items(sequence, items):
    try:
        return type(sequence)(items)
    except TypeError:
        return items
