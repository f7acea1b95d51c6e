"""Modules called with other parameters than their own."""
import wick


def functional_call(module, parameter_and_buffer_dicts, args=None, kwargs=None, *, tie_weights=True, strict=False):
    """module(*args, **kwargs) with the given tensors, by their names in the module, in place of its parameters and buffers.

    parameter_and_buffer_dicts: a dict, or several that share no name. With `tie_weights`, what is given for one of several names
    of the same tensor stands for all of them; with `strict` every name of the module has to be given, and no other.
    """
    given = _merged(parameter_and_buffer_dicts)
    places = _places(module)
    missing = [name for name in places if name not in given]
    unexpected = [name for name in given if name not in places]
    if strict and (missing or unexpected):
        texts = [f"{kind} key(s): {', '.join(map(repr, names))}."
                 for kind, names in (("Missing", missing), ("Unexpected", unexpected)) if names]
        raise RuntimeError(f"Error(s) in functional_call for {type(module).__name__}:\n\t" + "\n\t".join(texts))
    if unexpected and not strict:
        raise KeyError(f"{type(module).__name__} has no parameter or buffer {unexpected[0]!r}")
    if tie_weights:
        given = _tied(places, given)
    args = () if args is None else args if isinstance(args, tuple) else (args,)
    own = {name: places[name][0][places[name][1]] for name in given}
    try:
        _put(places, given)
        return module(*args, **(kwargs or {}))
    finally:
        # What the call has assigned to a buffer belongs to it.
        _put(places, own)


def stack_module_state(models):
    """(parameters, buffers) of modules of one architecture, each by name as one tensor with a dimension for the models."""
    if not models:
        raise RuntimeError("stack_module_state: Expected at least one model, got 0.")
    if any(model.training != models[0].training for model in models):
        raise RuntimeError("stack_module_state: Expected all models to have the same training/eval mode.")
    if any(type(model) is not type(models[0]) for model in models):
        raise RuntimeError("stack_module_state: Expected all models to be of the same class.")
    parameters = [dict(model.named_parameters()) for model in models]
    buffers = [dict(model.named_buffers()) for model in models]
    return ({name: wick.stack([p[name] for p in parameters]).detach().requires_grad_(tensor.requires_grad)
             for name, tensor in parameters[0].items()},
            {name: wick.stack([b[name] for b in buffers]) for name in buffers[0]})


def _merged(dicts):
    if isinstance(dicts, dict):
        return dict(dicts)
    if not isinstance(dicts, (tuple, list)) or not all(isinstance(one, dict) for one in dicts):
        raise ValueError(f"Expected parameter_and_buffer_dicts to be a dict, or a list/tuple of dicts, but got {type(dicts)}")
    names = [name for one in dicts for name in one]
    repeated = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if repeated:
        raise ValueError(f"{repeated} appeared in multiple dictionaries; behavior of functional call is ambiguous")
    return {name: tensor for one in dicts for name, tensor in one.items()}


def _places(module):
    """Where each parameter and buffer of the module stands: name -> (store, key in it)."""
    places = {}
    for path, owner in module.named_modules(remove_duplicate=False):
        for store in (owner._parameters, owner._buffers):
            for key, tensor in store.items():
                if tensor is not None:
                    places[f"{path}.{key}" if path else key] = (store, key)
    return places


def _tied(places, given):
    by_tensor = {}
    for name, (store, key) in places.items():
        by_tensor.setdefault(id(store[key]), []).append(name)
    tied = dict(given)
    for names in by_tensor.values():
        values = [given[name] for name in names if name in given]
        if any(value is not values[0] for value in values):
            raise ValueError(f"functional_call got multiple values for keys {sorted(n for n in names if n in given)}, which are "
                             "tied. Consider using tie_weights=False")
        if values:
            tied.update((name, values[0]) for name in names)
    return tied


def _put(places, values):
    for name, value in values.items():
        store, key = places[name]
        store[key] = value
