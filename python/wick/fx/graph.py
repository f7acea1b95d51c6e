"""torch.fx.graph: a list of calls, and the Python that makes them."""
import builtins
import contextlib
import keyword
import re
import typing

import wick

from .node import Node, map_arg, qualified_name

# How calls of Python's operators are written.
_BINARY = {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**", "matmul": "@", "lshift": "<<", "rshift": ">>",
           "and_": "&", "or_": "|", "xor": "^", "eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_UNARY = {"neg": "-", "pos": "+", "invert": "~"}


class PythonCode(typing.NamedTuple):
    """The text of a function, and what its names stand for."""
    src: str
    globals: dict


class CodeGen:
    """How the function of a graph is written."""


class _Namespace:
    def __init__(self):
        self._used = {}

    def create_name(self, candidate):
        """The candidate, or with a number where it is taken."""
        name = re.sub("[^0-9a-zA-Z_]+", "_", candidate)
        if name[:1].isdigit():
            name = f"_{name}"
        found = re.fullmatch(r"(.*)_(\d+)", name)
        base, number = (found.group(1), int(found.group(2))) if found else (name, None)
        while name in self._used or keyword.iskeyword(name) or hasattr(builtins, name):
            number = self._used.get(base, 0) + 1 if number is None else number + 1
            name = f"{base}_{number}"
        self._used[name] = 0
        if number is not None:
            self._used[base] = number
        return name


def _snake_case(name):
    return "".join(f"_{c.lower()}" if c.isupper() and i and not name[i - 1].isupper() else c.lower() for i, c in enumerate(name))


class Graph:
    """Calls in the order in which they are made; new ones are inserted at a place, the end unless it is said."""

    def __init__(self, owning_module=None, tracer_cls=None, tracer_extras=None):
        self._nodes, self._before, self._names = [], None, _Namespace()
        self.owning_module, self._tracer_cls = owning_module, tracer_cls
        self._codegen = CodeGen()

    @property
    def nodes(self):
        """A copy of the list: it may change while somebody walks over it."""
        return list(self._nodes)

    def find_nodes(self, *, op, target=None, sort=True):
        return [node for node in self._nodes if node.op == op and (op != "call_function" or target is None or node.target is target)
                and (target is None or node.target == target)]

    def create_node(self, op, target, args=None, kwargs=None, name=None, type_expr=None):
        candidate = name or self._target_to_str(target)
        node = Node(self, self._names.create_name(candidate), op, target, args or (), kwargs or {}, type_expr)
        self._nodes.insert(len(self._nodes) if self._before is None else self._nodes.index(self._before), node)
        return node

    def _target_to_str(self, target):
        if callable(target):
            return _snake_case(target.__name__)
        return _snake_case(target[2:-2] if target.startswith("__") and target.endswith("__") else target)

    def placeholder(self, name, type_expr=None, default_value=None):
        return self.create_node("placeholder", name, () if default_value is None else (default_value,), type_expr=type_expr)

    def get_attr(self, qualified_name, type_expr=None):
        return self.create_node("get_attr", qualified_name, type_expr=type_expr)

    def call_module(self, module_name, args=None, kwargs=None, type_expr=None):
        return self.create_node("call_module", module_name, args, kwargs, type_expr=type_expr)

    def call_method(self, method_name, args=None, kwargs=None, type_expr=None):
        return self.create_node("call_method", method_name, args, kwargs, type_expr=type_expr)

    def call_function(self, the_function, args=None, kwargs=None, type_expr=None, name=None):
        return self.create_node("call_function", the_function, args, kwargs, name, type_expr)

    def output(self, result, type_expr=None):
        return self.create_node("output", "output", (result,), type_expr=type_expr)

    def output_node(self):
        return next(node for node in reversed(self._nodes) if node.op == "output")

    def node_copy(self, node, arg_transform=lambda x: x):
        """A copy of another graph's node; arg_transform gives the nodes here for those there."""
        args, kwargs = map_arg(node.args, arg_transform), map_arg(node.kwargs, arg_transform)
        made = self.create_node(node.op, node.target, args, kwargs, node.name, node.type)
        made.meta = dict(node.meta)
        return made

    def graph_copy(self, g, val_map, return_output_node=False):
        """Copies the nodes of a graph but for those in val_map, to which it adds them; gives what its output would be."""
        for node in g.nodes:
            if node in val_map:
                continue
            if node.op == "output":
                result = map_arg(node.args[0], val_map.__getitem__)
                return (result, node) if return_output_node else result
            val_map[node] = self.node_copy(node, val_map.__getitem__)

    def __deepcopy__(self, memo=None):
        made, nodes = Graph(tracer_cls=self._tracer_cls), {}
        for node in self._nodes:
            nodes[node] = made.node_copy(node, nodes.__getitem__)
        return made

    def erase_node(self, to_erase):
        if to_erase.users:
            raise RuntimeError(f"Tried to erase Node {to_erase} but it still had {len(to_erase.users)} users in the graph: {to_erase.users}!")
        to_erase.args, to_erase.kwargs = (), {}
        self._nodes.remove(to_erase)

    @contextlib.contextmanager
    def inserting_before(self, n=None):
        before, self._before = self._before, n if n is not None else (self._nodes[0] if self._nodes else None)
        try:
            yield
        finally:
            self._before = before

    def inserting_after(self, n=None):
        place = self._nodes.index(n) + 1 if n is not None else len(self._nodes)
        return self.inserting_before(self._nodes[place]) if place < len(self._nodes) else contextlib.nullcontext()

    def eliminate_dead_code(self, is_impure_node=None):
        """Takes out what nobody uses; whether there was any."""
        is_impure = is_impure_node or Node.is_impure
        before = len(self._nodes)
        for node in reversed(self.nodes):
            if not node.users and not is_impure(node):
                self.erase_node(node)
        return len(self._nodes) != before

    def lint(self):
        """RuntimeError for a node that is used before it is there."""
        seen = set()
        for node in self._nodes:
            for used in node.all_input_nodes:
                if used not in seen:
                    raise RuntimeError(f"Argument '{used}' of Node '{node}' was used before it has been defined! Please check that Nodes in the "
                                       f"graph are topologically ordered\n{self}")
            seen.add(node)

    def __str__(self):
        lines = [f"    {node.format_node()}" for node in self._nodes]
        return "\n".join(["graph():", *lines])

    def python_code(self, root_module="self", **options):
        names = {"torch": wick}
        dead, seen = {}, set()  # the nodes that are needed no more after each
        for node in reversed(self._nodes):
            for used in node.all_input_nodes:
                if used not in seen:
                    seen.add(used)
                    dead.setdefault(node, []).append(used.name)
        for node in self._nodes:
            if not node.users:
                dead.setdefault(node, []).append(node.name)
        formal, lines = [root_module], []
        for node in self._nodes:
            if node.op == "placeholder":
                formal.append(f"{node.target}{f' = {node.args[0]!r}' if node.args else ''}")
                if node.target != node.name:
                    lines.append(f"    {node.name} = {node.target}\n")
                continue
            if node.op == "output":
                lines.append(f"    return {_text(node.args[0], names)}\n    ")
                continue
            free = dead.get(node, [])
            tail = f";  {' = '.join(free)} = None" if free else ""
            lines.append(f"    {node.name} = {_call(node, root_module, names)}{tail}\n")
        body = "".join(lines) or "    pass\n"
        return PythonCode(f"\n\n\ndef forward({', '.join(formal)}):\n{body}", names)


def _path(root, target):
    """The attribute of a module's: parts that are no names are asked for."""
    text = root
    for part in target.split("."):
        text = f"{text}.{part}" if part.isidentifier() and not keyword.iskeyword(part) else f'getattr({text}, "{part}")'
    return text


def _call(node, root, names):
    args = [_text(arg, names) for arg in node.args]
    arguments = ", ".join(args + [f"{key} = {_text(value, names)}" for key, value in node.kwargs.items()])
    if node.op == "get_attr":
        return _path(root, node.target)
    if node.op == "call_module":
        return f"{_path(root, node.target)}({arguments})"
    if node.op == "call_method":
        own = args[0] if isinstance(node.args[0], Node) else f"({args[0]})"
        rest = ", ".join(args[1:] + [f"{key} = {_text(value, names)}" for key, value in node.kwargs.items()])
        return f"{own}.{node.target}({rest})"
    function = node.target
    name = getattr(function, "__name__", "")
    if getattr(function, "__module__", "") == "_operator" and not node.kwargs:
        if name in _BINARY and len(args) == 2:
            return f"{args[0]} {_BINARY[name]} {args[1]}"
        if name in _UNARY:
            return f"{_UNARY[name]}{args[0]}"
        if name == "getitem":
            return f"{args[0]}[{args[1]}]"
    if function is getattr and len(node.args) == 2 and isinstance(node.args[1], str) and node.args[1].isidentifier():
        return f"{args[0]}.{node.args[1]}"
    return f"{_global(function, names)}({arguments})"


def _global(function, names):
    """The function's name in code; those that are no attributes of torch are names of their own."""
    full = qualified_name(function)
    if full.startswith("torch.") or getattr(builtins, full, None) is function:
        return full
    name = re.sub(r"[^0-9a-zA-Z_]", "_", full)
    while names.get(name, function) is not function:
        name += "_1"
    names[name] = function
    return name


def _text(value, names):
    """An argument as Python."""
    if isinstance(value, Node):
        return value.name
    if isinstance(value, tuple):
        if hasattr(value, "_fields"):
            return f"{_global(type(value), names)}({', '.join(_text(item, names) for item in value)})"
        return f"({', '.join(_text(item, names) for item in value)}{',' if len(value) == 1 else ''})"
    if isinstance(value, list):
        return f"[{', '.join(_text(item, names) for item in value)}]"
    if isinstance(value, dict):
        return "{%s}" % ", ".join(f"{key!r}: {_text(item, names)}" for key, item in value.items())
    if isinstance(value, slice):
        return f"slice({', '.join(_text(part, names) for part in (value.start, value.stop, value.step))})"
    if value is ...:
        return "Ellipsis"
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return f"float('{value}')"
    if isinstance(value, wick.device):
        return f"torch.device('{value}')"
    if callable(value) and not isinstance(value, type):
        return _global(value, names)
    if isinstance(value, type) and getattr(builtins, value.__name__, None) is not value:
        names[value.__name__] = value
        return value.__name__
    return value.__name__ if isinstance(value, type) else repr(value)
