"""wick.save and wick.load: tensors and plain values in torch.save's format, without running anything of the file."""
from . import _wick
from ._files import path_of, read, write


def save(obj, f):
    """Writes tensors in lists, tuples and dicts to a path or file object, as torch.load(…, weights_only=True) reads them."""
    path = path_of(f)
    if path is not None:
        _wick._save_weights(obj, path)
    else:
        write(f, _wick._save_weights_to(obj))


def load(f, map_location=None, weights_only=True):
    """What torch.save wrote, of a path or file object. Only weights and plain values are read, never code."""
    if not weights_only:
        raise NotImplementedError("wick.load reads weights only: a file that runs code when it is read is not safe")
    path = path_of(f)
    return _wick._load_weights(path) if path is not None else _wick._load_weights_from(read(f))


def tensor_from_memory(memory, dtype, shape, strides, requires_grad):
    """A tensor over what was its memory when it was pickled."""
    if not memory:
        return _wick.tensor([], dtype=dtype).reshape(shape).requires_grad_(requires_grad)
    return _wick._from_array(memoryview(memory)).view(dtype).as_strided(shape, strides).requires_grad_(requires_grad)


def tensor_from_bytes(data, requires_grad):
    """A tensor from its pickled form, the bytes of a file that `save` writes."""
    return _wick._load_weights_from(data).requires_grad_(requires_grad)
