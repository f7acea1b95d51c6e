"""load_state_dict: what nn.Module and ScriptModule have in common of it."""
import collections
import warnings

from ._grad_mode import no_grad
from ._wick import Tensor

_Keys = collections.namedtuple("_IncompatibleKeys", "missing_keys unexpected_keys")


class _IncompatibleKeys(_Keys):
    def __repr__(self):
        return super().__repr__() if self.missing_keys or self.unexpected_keys else "<All keys matched successfully>"

    __str__ = __repr__


def load_state_dict(module, state, strict=True):
    """Copies the tensors of `state` into those of a ScriptModule of the same names. With `strict` the names must be the same."""
    own = module.state_dict()
    result = _IncompatibleKeys([name for name in own if name not in state], [name for name in state if name not in own])
    errors = []
    for name, tensor in own.items():
        if name in state:
            copy_into(tensor, state[name], name, errors)
    raise_for(getattr(module, "original_name", None) or type(module).__name__, result, errors, strict)
    return result


def copy_into(tensor, given, key, errors):
    """The entry `key` of a state dict into the tensor that it belongs to; what keeps it from that is added to `errors`."""
    if not can_take(tensor, given, key, errors):
        return
    if tensor.is_meta and not getattr(given, "is_meta", False):
        warnings.warn(f"for {key}: copying from a non-meta parameter in the checkpoint to a meta parameter in the current model, which is a no-op. "
                      "(Did you mean to pass `assign=True` to assign items in the state dictionary to their corresponding key in the module "
                      "instead of copying them in place?)", stacklevel=2)
    try:
        with no_grad():
            tensor.copy_(given)
    except Exception as error:
        errors.append(f'While copying the parameter named "{key}", whose dimensions in the model are {_shape(tensor)} and whose '
                      f"dimensions in the checkpoint are {_shape(given)}, an exception occurred : {error.args}.")


def can_take(tensor, given, key, errors):
    """Whether the entry is a tensor of the same shape."""
    if not isinstance(given, Tensor) and not hasattr(given, "__dlpack__"):
        errors.append(f'While copying the parameter named "{key}", expected torch.Tensor or Tensor-like object from checkpoint but '
                      f"received {type(given)}")
        return False
    if tuple(given.shape) != tuple(tensor.shape):
        errors.append(f"size mismatch for {key}: copying a param with shape {_shape(given)} from checkpoint, the shape in current "
                      f"model is {_shape(tensor)}.")
        return False
    return True


def raise_for(name, keys, errors, strict):
    """RuntimeError that tells everything at once, if there is anything to tell of the module of that name."""
    if strict:
        told = [f"{kind} key(s) in state_dict: {', '.join(f'{chr(34)}{key}{chr(34)}' for key in keys)}. "
                for kind, keys in (("Missing", keys.missing_keys), ("Unexpected", keys.unexpected_keys)) if keys]
        errors = told + errors
    if errors:
        raise RuntimeError("Error(s) in loading state_dict for {}:\n\t{}".format(name, "\n\t".join(errors)))


def _shape(tensor):
    return f"torch.Size({list(tensor.shape)})"
