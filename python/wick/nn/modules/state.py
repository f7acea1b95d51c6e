"""The state of modules: state_dict, load_state_dict and the hooks around them."""
import collections

from wick._hooks import register
from wick._state import _IncompatibleKeys, can_take, copy_into, raise_for
from wick._values import Parameter

from ..parameter import is_lazy

_EXTRA_STATE_KEY_SUFFIX = "_extra_state"  # the key of what get_extra_state gives


class State:
    """The part of nn.Module that makes state dicts and reads them."""

    # Of what a class keeps; with it load_state_dict can tell what an older state dict lacks.
    _version = 1

    def state_dict(self, *, destination=None, prefix="", keep_vars=False):
        """Parameters and buffers by name, without their history unless keep_vars; and what get_extra_state gives."""
        state = destination
        if state is None:
            state = collections.OrderedDict()
            state._metadata = collections.OrderedDict()
        metadata = {"version": self._version}
        if hasattr(state, "_metadata"):
            state._metadata[prefix[:-1]] = metadata
        for hook in list(self._state_dict_pre_hooks.values()):
            hook(self, prefix, keep_vars)
        self._save_to_state_dict(state, prefix, keep_vars)
        for name, module in self._modules.items():
            if module is not None:
                module.state_dict(destination=state, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
        for hook, may_replace in list(self._state_dict_hooks.values()):
            given = hook(self, state, prefix, metadata)
            if given is not None and not may_replace:
                raise RuntimeError("state_dict post-hook must return None")
            state = state if given is None else given
        return state

    def _save_to_state_dict(self, destination, prefix, keep_vars):
        """Adds what belongs to this module itself."""
        for name, tensor in _persistent(self):
            destination[prefix + name] = tensor if keep_vars or is_lazy(tensor) else tensor.detach()
        if _is_own(self, "get_extra_state"):
            destination[prefix + _EXTRA_STATE_KEY_SUFFIX] = self.get_extra_state()

    def load_state_dict(self, state_dict, strict=True, assign=False):
        """Copies the tensors of the dict into the module's own of the same names. With `strict` the names must be the same; with
        `assign` the tensors themselves become the module's, parameters with the requires_grad that was there."""
        if not isinstance(state_dict, collections.abc.Mapping):
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
        metadata = getattr(state_dict, "_metadata", None)
        result, errors = _IncompatibleKeys([], []), []
        _load(self, collections.OrderedDict(state_dict), "", metadata, assign, result, errors)
        raise_for(type(self).__name__, result, errors, strict)
        return result

    def _load_from_state_dict(self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs):
        """Takes what belongs to this module itself, and adds to the lists what is amiss."""
        for hook, module in list(self._load_state_dict_pre_hooks.values()):
            own = () if module is None else (module,)
            hook(*own, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)
        persistent = dict(_persistent(self))
        for name, tensor in persistent.items():
            key = prefix + name
            if key not in state_dict:
                if strict:
                    missing_keys.append(key)
            elif not is_lazy(tensor):
                _take(self, name, tensor, state_dict[key], key, local_metadata.get("assign_to_params_buffers", False), error_msgs)
        _take_extra_state(self, state_dict, prefix, strict, missing_keys, unexpected_keys)
        if strict:
            for key in state_dict:
                if key.startswith(prefix) and key != prefix + _EXTRA_STATE_KEY_SUFFIX:
                    name, *further = key[len(prefix):].split(".", 1)
                    if name not in self._modules if further else name not in persistent:
                        unexpected_keys.append(key)

    def get_extra_state(self):
        """To be overridden: a value that state_dict keeps beside the tensors."""
        raise RuntimeError("Reached a code path in Module.get_extra_state() that should never be called.")

    def set_extra_state(self, state):
        """To be overridden with get_extra_state: takes the value again."""
        raise RuntimeError("Reached a code path in Module.set_extra_state() that should never be called.")

    # Hooks ------------------------------------------------------------------------------------------------------------

    def register_state_dict_pre_hook(self, hook):
        """hook(module, prefix, keep_vars) is called before the module's part of a state dict is made."""
        return register(self._state_dict_pre_hooks, hook)

    def register_state_dict_post_hook(self, hook):
        """hook(module, state_dict, prefix, local_metadata) is called when the module and those below have added their part; it may
        change the dict."""
        return register(self._state_dict_hooks, (hook, False))

    def _register_state_dict_hook(self, hook):
        """As register_state_dict_post_hook: what it returns, unless None, takes the dict's place."""
        return register(self._state_dict_hooks, (hook, True))

    def register_load_state_dict_pre_hook(self, hook):
        """hook(module, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs) is called before the
        module takes its part of a state dict; it may change the dict."""
        return self._register_load_state_dict_pre_hook(hook, with_module=True)

    def _register_load_state_dict_pre_hook(self, hook, with_module=False):
        return register(self._load_state_dict_pre_hooks, (hook, self if with_module else None))

    def register_load_state_dict_post_hook(self, hook):
        """hook(module, incompatible_keys) is called when the module and those below have taken their part; it may change the lists
        missing_keys and unexpected_keys."""
        return register(self._load_state_dict_post_hooks, hook)


def _persistent(module):
    """(name, tensor) of the parameters and of the buffers that are kept."""
    yield from ((name, parameter) for name, parameter in module._parameters.items() if parameter is not None)
    for name, buffer in module._buffers.items():
        if buffer is not None and name not in module._non_persistent_buffers_set:
            yield name, buffer


def _take(module, name, tensor, given, key, assign, errors):
    # Version 0.3 of PyTorch had no tensors without dimensions.
    if len(tensor.shape) == 0 and len(getattr(given, "shape", ())) == 1:
        given = given[0]
    if not assign:
        copy_into(tensor, given, key, errors)
    elif can_take(tensor, given, key, errors):
        if isinstance(tensor, Parameter):
            wants = tensor.requires_grad
            given = given.requires_grad_(wants) if isinstance(given, Parameter) else Parameter(given, wants)
        setattr(module, name, given)


def _take_extra_state(module, state_dict, prefix, strict, missing_keys, unexpected_keys):
    key = prefix + _EXTRA_STATE_KEY_SUFFIX
    if _is_own(module, "set_extra_state"):
        if key in state_dict:
            module.set_extra_state(state_dict[key])
        elif strict:
            missing_keys.append(key)
    elif strict and key in state_dict:
        unexpected_keys.append(key)


def _load(module, state, prefix, metadata, assign, result, errors):
    local = {} if metadata is None else metadata.get(prefix[:-1], {})
    if assign:
        local = {**local, "assign_to_params_buffers": True}
    module._load_from_state_dict(state, prefix, local, True, result.missing_keys, result.unexpected_keys, errors)
    for name, child in module._modules.items():
        if child is not None:
            below = f"{prefix}{name}."
            part = collections.OrderedDict((key, value) for key, value in state.items() if key.startswith(below))
            _load(child, part, below, metadata, assign, result, errors)
    for hook in list(module._load_state_dict_post_hooks.values()):
        if hook(module, result) is not None:
            raise AssertionError(
                "Hooks registered with ``register_load_state_dict_post_hook`` are not expected to return new values, if "
                "incompatible_keys need to be modified, it should be done inplace.")


def _is_own(module, name):
    """Whether a class overrides the method."""
    return getattr(type(module), name) is not getattr(State, name)
