"""torch.fx.node: the calls of which a graph consists."""
import builtins
import operator
import typing

import wick

Target = typing.Union[typing.Callable, str]
Argument = typing.Any
base_types = (str, int, float, bool, complex, wick.dtype, wick.device, wick.Tensor)


def map_aggregate(a, fn):
    """`a` with fn(x) in the place of everything in its tuples, lists, dicts and slices."""
    if isinstance(a, tuple):
        items = [map_aggregate(item, fn) for item in a]
        return type(a)(*items) if hasattr(a, "_fields") else tuple(items)
    if isinstance(a, list):
        return [map_aggregate(item, fn) for item in a]
    if isinstance(a, dict):
        return {key: map_aggregate(item, fn) for key, item in a.items()}
    if isinstance(a, slice):
        return slice(map_aggregate(a.start, fn), map_aggregate(a.stop, fn), map_aggregate(a.step, fn))
    return fn(a)


def map_arg(a, fn):
    """The same for the nodes alone."""
    return map_aggregate(a, lambda x: fn(x) if isinstance(x, Node) else x)


def qualified_name(function):
    """The name by which code calls a function: `torch.relu`, `torch.nn.functional.pad`, `_operator.add`."""
    name = function.__name__
    if getattr(builtins, name, None) is function:
        return name
    for prefix, home in (("torch", wick), ("torch.nn.functional", wick.nn.functional), ("_operator", operator)):
        if getattr(home, name, None) is function:
            return f"{prefix}.{name}"
    module = getattr(function, "__module__", None) or "torch"
    return f"{module}.{getattr(function, '__qualname__', name)}"


class Node:
    """One call. `op` says of what: a placeholder (an argument of the graph), get_attr, call_function, call_method, call_module or output;
    `target` is the argument's name, the attribute's path, the function, the method's name, the module's path."""

    def __init__(self, graph, name, op, target, args, kwargs, return_type=None):
        self.graph, self.name, self.op, self.target, self.type = graph, name, op, target, return_type
        self.users, self.meta = {}, {}
        self._args, self._kwargs = (), {}
        self._set(args, kwargs)

    def _set(self, args, kwargs):
        for node in self.all_input_nodes:
            node.users.pop(self, None)
        self._args, self._kwargs = tuple(args), dict(kwargs)
        for node in self.all_input_nodes:
            node.users.setdefault(self)

    args = property(lambda self: self._args, lambda self, args: self._set(args, self._kwargs))
    kwargs = property(lambda self: self._kwargs, lambda self, kwargs: self._set(self._args, kwargs))

    @property
    def all_input_nodes(self):
        found = {}
        map_arg((self._args, self._kwargs), found.setdefault)
        return list(found)

    @property
    def next(self):
        return self.graph._nodes[self.graph._nodes.index(self) + 1]

    @property
    def prev(self):
        return self.graph._nodes[self.graph._nodes.index(self) - 1]

    def prepend(self, x):
        """Moves the node x before this one."""
        self.graph._nodes.remove(x)
        self.graph._nodes.insert(self.graph._nodes.index(self), x)

    def append(self, x):
        self.graph._nodes.remove(x)
        self.graph._nodes.insert(self.graph._nodes.index(self) + 1, x)

    def update_arg(self, idx, arg):
        self.args = (*self._args[:idx], arg, *self._args[idx + 1:])

    def update_kwarg(self, key, arg):
        self.kwargs = {**self._kwargs, key: arg}

    def replace_input_with(self, old_input, new_input):
        self._set(*map_arg((self._args, self._kwargs), lambda node: new_input if node is old_input else node))

    def replace_all_uses_with(self, replace_with, delete_user_cb=lambda user: True, *, propagate_meta=False):
        """Puts another node in the place of this one among the arguments of its users, which are given back."""
        changed = [user for user in self.users if delete_user_cb(user)]
        for user in changed:
            user.replace_input_with(self, replace_with)
        return changed

    def is_impure(self):
        return self.op in ("placeholder", "output")

    def format_node(self):
        if self.op == "placeholder":
            return f"%{self.name} : [num_users={len(self.users)}] = placeholder[target={self.target}]"
        if self.op == "output":
            return f"return {map_arg(self.args[0], _shown)}"
        target = self.target if isinstance(self.target, str) else qualified_name(self.target)
        args, kwargs = map_arg(self.args, _shown), map_arg(self.kwargs, _shown)
        arguments = "" if self.op == "get_attr" else f"(args = ({', '.join(map(str, args))}{',' if len(args) == 1 else ''}), kwargs = {kwargs})"
        return f"%{self.name} : [num_users={len(self.users)}] = {self.op}[target={target}]{arguments}"

    def __repr__(self):
        return self.name


class _shown:
    def __init__(self, node):
        self._name = node.name

    def __repr__(self):
        return f"%{self._name}"
