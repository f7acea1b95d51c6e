"""load_state_dict, of nn.Module and ScriptModule."""
import collections

from ._grad_mode import no_grad

_Keys = collections.namedtuple("_IncompatibleKeys", "missing_keys unexpected_keys")


class _IncompatibleKeys(_Keys):
    def __repr__(self):
        return super().__repr__() if self.missing_keys or self.unexpected_keys else "<All keys matched successfully>"


def load_state_dict(module, state, strict=True):
    """Copies the tensors of `state` into the module's own of the same names. With `strict` the names must be the same."""
    own = module.state_dict()
    missing = [name for name in own if name not in state]
    unexpected = [name for name in state if name not in own]
    errors = []
    if strict and unexpected:
        errors.append("Unexpected key(s) in state_dict: {}. ".format(", ".join(f'"{name}"' for name in unexpected)))
    if strict and missing:
        errors.append("Missing key(s) in state_dict: {}. ".format(", ".join(f'"{name}"' for name in missing)))
    for name, tensor in own.items():
        if name not in state:
            continue
        if tuple(state[name].shape) != tuple(tensor.shape):
            errors.append(
                f"size mismatch for {name}: copying a param with shape {_shape(state[name])} from checkpoint, "
                f"the shape in current model is {_shape(tensor)}."
            )
        else:
            with no_grad():
                tensor.copy_(state[name])
    if errors:
        name = getattr(module, "original_name", None) or type(module).__name__
        raise RuntimeError("Error(s) in loading state_dict for {}:\n\t{}".format(name, "\n\t".join(errors)))
    return _IncompatibleKeys(missing, unexpected)


def _shape(tensor):
    return f"torch.Size({list(tensor.shape)})"
