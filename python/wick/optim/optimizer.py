"""What all optimizers have: groups of parameters with options, a state for each parameter, both as dicts."""
import collections
import contextlib
import copy
import functools
import itertools
import types
import typing

import wick
from wick._hooks import register
from wick._wick import _is_profiling


ParamsT = typing.Iterable[typing.Any]
# A default of options that every group has to have.
required = object()


class Optimizer:
    """Base of optimizers. One of your own overrides `step`; those of this package say how a group is updated.

    `params` are tensors, (name, tensor) pairs, or dicts with "params" and options that differ from `defaults`.
    """

    # Of one that wraps another and doesn't call __init__.
    _step_pre_hooks = _step_post_hooks = types.MappingProxyType({})

    def __init__(self, params, defaults):
        if isinstance(params, wick.Tensor):
            raise TypeError(
                f"params argument given to the optimizer should be an iterable of Tensors or dicts, but got {wick.typename(params)}"
            )
        self.defaults = defaults
        self._start()
        self.state = collections.defaultdict(dict)
        self.param_groups = []
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        for group in groups if isinstance(groups[0], dict) else [{"params": groups}]:
            self.add_param_group(dict(group))

    def _start(self):
        self._step_pre_hooks, self._step_post_hooks = {}, {}
        self._state_dict_pre_hooks, self._state_dict_post_hooks = {}, {}
        self._load_state_dict_pre_hooks, self._load_state_dict_post_hooks = {}, {}

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "step" in vars(cls):
            cls.step = _with_hooks(cls.step)

    def _patch_step_function(self):
        """What those that wrap another call: a class's step has its hooks already."""
        if "_step_pre_hooks" not in self.__dict__:
            self._start()

    def __getstate__(self):
        return {"defaults": self.defaults, "state": self.state, "param_groups": self.param_groups}

    def __setstate__(self, state):
        self.__dict__.update(state)
        if "_step_pre_hooks" not in self.__dict__:
            self._start()
        for group in self.param_groups:
            for name, value in self.defaults.items():
                group.setdefault(name, value)

    def add_param_group(self, param_group):
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        params = param_group["params"]
        if isinstance(params, wick.Tensor):
            params = [params]
        elif isinstance(params, set):
            raise TypeError("optimizer parameters need to be organized in ordered collections, but the ordering of "
                            "tensors in sets will change between runs. Please use a list instead.")
        params = list(params)
        if any(isinstance(p, tuple) for p in params):
            if not all(isinstance(p, tuple) for p in params):
                raise ValueError("all optimizer params should be with/without names. Some param names are missing")
            param_group["param_names"] = [name for name, _ in params]
            params = [p for _, p in params]
        param_group["params"] = params
        for param in params:
            if not isinstance(param, wick.Tensor):
                raise TypeError(f"optimizer can only optimize Tensors, but one of the params is {type(param).__name__}")
            if not (self.defaults.get("differentiable") or param.is_leaf or param.retains_grad):
                raise ValueError("can't optimize a non-leaf Tensor")
        for name, default in self.defaults.items():
            if default is required and name not in param_group:
                raise ValueError(f"parameter group didn't specify a value of required optimization parameter {name}")
            param_group.setdefault(name, default)
        known = {id(p) for group in self.param_groups for p in group["params"]}
        if len({id(p) for p in params}) != len(params) or not known.isdisjoint(map(id, params)):
            raise ValueError("some parameters appear in more than one parameter group")
        self.param_groups.append(param_group)

    def zero_grad(self, set_to_none=True):
        with _profiled(self, "zero_grad"):
            for param in self._params():
                if param.grad is not None:
                    param.grad = None if set_to_none else param.grad.detach().zero_()

    def step(self, closure=None):
        raise NotImplementedError

    def register_step_pre_hook(self, hook):
        """hook(optimizer, args, kwargs) is called before each step, and may give other (args, kwargs)."""
        return register(self._step_pre_hooks, hook)

    def register_step_post_hook(self, hook):
        """hook(optimizer, args, kwargs) is called after each step."""
        return register(self._step_post_hooks, hook)

    def register_state_dict_pre_hook(self, hook, prepend=False):
        """hook(optimizer) is called before each state_dict."""
        return register(self._state_dict_pre_hooks, hook, prepend)

    def register_state_dict_post_hook(self, hook, prepend=False):
        """hook(optimizer, state_dict) is called with each state dict, and may give another."""
        return register(self._state_dict_post_hooks, hook, prepend)

    def register_load_state_dict_pre_hook(self, hook, prepend=False):
        """hook(optimizer, state_dict) is called before one is loaded, and may give another."""
        return register(self._load_state_dict_pre_hooks, hook, prepend)

    def register_load_state_dict_post_hook(self, hook, prepend=False):
        """hook(optimizer) is called when a state dict has been loaded."""
        return register(self._load_state_dict_post_hooks, hook, prepend)

    def state_dict(self):
        """{"state": {number: …}, "param_groups": […]}, where parameters are numbered through all groups."""
        for hook in list(self._state_dict_pre_hooks.values()):
            hook(self)
        numbers = {}
        for param in self._params():
            numbers.setdefault(id(param), len(numbers))
        groups = [{**{name: value for name, value in group.items() if name != "params"},
                   "params": [numbers[id(p)] for p in group["params"]]} for group in self.param_groups]
        state = {numbers[id(key)] if isinstance(key, wick.Tensor) else key: value for key, value in self.state.items()}
        return self._through(self._state_dict_post_hooks, {"state": state, "param_groups": groups})

    def _through(self, hooks, state_dict):
        for hook in list(hooks.values()):
            changed = hook(self, state_dict)
            state_dict = state_dict if changed is None else changed
        return state_dict

    def load_state_dict(self, state_dict):
        """Continues where the optimizer stopped that gave `state_dict`, wick's or PyTorch's."""
        state_dict = self._through(self._load_state_dict_pre_hooks, state_dict.copy())
        saved = copy.deepcopy(state_dict["param_groups"])
        if len(saved) != len(self.param_groups):
            raise ValueError("loaded state dict has a different number of parameter groups")
        if any(len(new["params"]) != len(old["params"]) for new, old in zip(saved, self.param_groups)):
            raise ValueError("loaded state dict contains a parameter group that doesn't match the size of optimizer's group")
        by_number = dict(zip(itertools.chain(*(group["params"] for group in saved)), self._params()))
        state = collections.defaultdict(dict)
        for key, value in state_dict["state"].items():
            param = by_number.get(key)
            state[key if param is None else param] = value if param is None else _like(param, value)
        for new, old in zip(saved, self.param_groups):
            new["params"] = old["params"]
            if "param_names" in old:
                new.setdefault("param_names", old["param_names"])
        self.__setstate__({"state": state, "param_groups": saved})
        for hook in list(self._load_state_dict_post_hooks.values()):
            hook(self)

    def _params(self):
        return itertools.chain(*(group["params"] for group in self.param_groups))

    def __repr__(self):
        lines = []
        for number, group in enumerate(self.param_groups):
            lines += ["", f"Parameter Group {number}"]
            lines += [f"    {name}: {value}" for name, value in sorted(group.items()) if name not in ("params", "param_names")]
        return "{} ({}\n)".format(type(self).__name__, "\n".join(lines))


def _profiled(optimizer, method):
    """A range of the profile that is being taken, if one is."""
    if not _is_profiling():
        return contextlib.nullcontext()
    return wick.profiler.record_function(f"Optimizer.{method}#{type(optimizer).__name__}.{method}")


def _with_hooks(step):
    @functools.wraps(step)
    def hooked(self, *args, **kwargs):
        self._has_stepped = True
        # A step that calls the step of its base class runs the hooks once.
        if self.__dict__.get("_stepping") or not (self._step_pre_hooks or self._step_post_hooks or _is_profiling()):
            return step(self, *args, **kwargs)
        self._stepping = True
        try:
            for hook in list(self._step_pre_hooks.values()):
                changed = hook(self, args, kwargs)
                if changed is not None:
                    args, kwargs = changed
            with _profiled(self, "step"):
                result = step(self, *args, **kwargs)
            for hook in list(self._step_post_hooks.values()):
                hook(self, args, kwargs)
            return result
        finally:
            del self._stepping

    return hooked


def _like(param, value, name=None):
    """A copy of a state for a parameter: of its dtype, but counts of steps stay what they are."""
    if isinstance(value, wick.Tensor):
        value = value.clone()
        return value if name == "step" or not param.is_floating_point() else value.to(param.dtype)
    if isinstance(value, dict):
        return {key: _like(param, item, key) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_like(param, item) for item in value)
    return copy.deepcopy(value)
