"""wick.save and wick.load: tensors and plain values in torch.save's format, without running anything of the file. Other objects,
whole modules say, are pickled; to read them runs what the file says, and has to be asked for."""
import os
import sys

from . import _wick
from ._files import path_of, read, write


def save(obj, f, pickle_module=None, pickle_protocol=2, _use_new_zipfile_serialization=True):
    """Writes to a path or file object: tensors in lists, tuples and dicts as torch.load(…, weights_only=True) reads them, anything
    else for load(…, weights_only=False)."""
    path = path_of(f)
    folder = os.path.dirname(path) if path is not None else ""
    if folder and not os.path.isdir(folder):
        raise RuntimeError(f"Parent directory {folder} does not exist.")
    try:
        if _is_more_than_elements(obj):
            raise _wick.ArgumentError("no plain values")
        if path is not None:
            return _wick._save_weights(obj, path)
        data = _wick._save_weights_to(obj)
    except _wick.ArgumentError:  # no plain value
        data = _pickle(pickle_module).dumps(obj, protocol=max(pickle_protocol, 2))
        if path is not None:
            with open(path, "wb") as file:
                return write(file, data)
    write(f, data)


def _is_more_than_elements(value):
    """Whether there is a tensor of a class among the values, or one without elements."""
    if isinstance(value, _wick.Tensor):
        return value.is_meta or not _wick._is_disabled_override(type(value)) and type(value) is not _wick.Tensor
    if isinstance(value, dict):
        return any(map(_is_more_than_elements, value.values()))
    return isinstance(value, (list, tuple)) and any(map(_is_more_than_elements, value))


def load(f, map_location=None, pickle_module=None, *, weights_only=True, mmap=None):
    """What save or torch.save wrote, of a path or file object. Only weights and plain values are read, never code, unless
    weights_only is False: then a file that you don't trust can do anything."""
    path = path_of(f)
    if path is not None and not os.path.exists(path):
        raise FileNotFoundError(2, os.strerror(2), path)
    found = _load(f, path, pickle_module, weights_only)
    if isinstance(map_location, (str, _wick.device)) and _wick.device(map_location).type == "meta":
        from .utils._pytree import tree_map_only

        return tree_map_only(_wick.Tensor, lambda tensor: tensor.to("meta"), found)
    return found


def _load(f, path, pickle_module, weights_only):
    allowed = _safe_globals() if weights_only else None
    if weights_only and not allowed:
        return _wick._load_weights(path) if path is not None else _wick._load_weights_from(read(f))
    from ._objects import load_object

    if path is not None:
        with open(path, "rb") as file:
            return load_object(read(file), _pickle(pickle_module), allowed)
    return load_object(read(f), _pickle(pickle_module), allowed)


def _safe_globals():
    """What serialization.add_safe_globals was told, by name."""
    serialization = sys.modules.get("wick.serialization")  # nothing was, if nobody has imported it
    return serialization.by_name() if serialization else {}


def _pickle(module):
    """Python's own where no other is given; `import wick` does without."""
    import pickle

    return module or pickle


def tensor_from_memory(memory, dtype, shape, strides, requires_grad):
    """A tensor over what was its memory when it was pickled."""
    if not memory:
        return _wick.tensor([], dtype=dtype).reshape(shape).requires_grad_(requires_grad)
    return _wick._from_array(memoryview(memory)).view(dtype).as_strided(shape, strides).requires_grad_(requires_grad)


def tensor_from_bytes(data, requires_grad):
    """A tensor from its pickled form, the bytes of a file that `save` writes."""
    return _wick._load_weights_from(data).requires_grad_(requires_grad)
