"""torch.fx.graph_module: a module whose forward is the Python of a graph."""
import copy
import itertools
import linecache

from wick.nn import Module

from .graph import Graph
from .node import map_aggregate, map_arg

_USER_PRESERVED_ATTRIBUTES_KEY = "_user_preserved_attributes"
_numbers = itertools.count()


class _CodeOnlyModule(Module):
    """What a module is made of when only its attributes are known."""

    def __init__(self, body):
        super().__init__()
        self.__dict__.update(body)


def _copy_attr(from_module, to_module, target):
    """Puts the attribute at a path of a module to the same path of another."""
    *path, name = target.split(".")
    for part in path:
        from_module = getattr(from_module, part)
        if not hasattr(to_module, part):
            setattr(to_module, part, Module())
        to_module = getattr(to_module, part)
    value = getattr(from_module, name)
    if name in getattr(from_module, "_buffers", {}):
        to_module.register_buffer(name, value)
    else:
        setattr(to_module, name, value)


class GraphModule(Module):
    """Has what its graph names of a module, or of a dict by paths. Each has a class of its own, with the graph, its code and forward."""

    def __new__(cls, *args, **kwargs):
        return super().__new__(type(cls.__name__, (cls,), {}))

    def __init__(self, root, graph, class_name="GraphModule"):
        super().__init__()
        self.__class__.__name__ = class_name
        self.training = getattr(root, "training", True)
        for node in graph.nodes:
            if node.op in ("get_attr", "call_module"):
                if isinstance(root, dict):
                    source = Module()
                    *path, name = node.target.split(".")
                    place = source
                    for part in path:
                        setattr(place, part, Module())
                        place = getattr(place, part)
                    setattr(place, name, root[node.target])
                    _copy_attr(source, self, node.target)
                elif not self._has(node.target):
                    _copy_attr(root, self, node.target)
        self.graph = graph

    def _has(self, target):
        place = self
        for part in target.split("."):
            if not hasattr(place, part):
                return False
            place = getattr(place, part)
        return True

    @property
    def graph(self):
        return type(self)._graph

    @graph.setter
    def graph(self, graph):
        type(self)._graph = graph
        graph.owning_module = self
        self.recompile()

    @property
    def code(self):
        return type(self)._code

    def recompile(self):
        """Writes forward anew, after the graph was changed."""
        made = self.graph.python_code("self")
        type(self)._code = made.src
        file = f"<eval_with_key>.{next(_numbers)}"
        linecache.cache[file] = (len(made.src), None, made.src.splitlines(keepends=True), file)  # for tracebacks, and jit.script
        names = dict(made.globals)
        exec(compile(made.src, file, "exec"), names)
        type(self).forward = names["forward"]
        return made

    def print_readable(self, print_output=True):
        text = f"class {type(self).__name__}(torch.nn.Module):\n" + "\n".join(f"    {line}" for line in self.code.strip().splitlines())
        if print_output:
            print(text)
        return text

    def delete_submodule(self, target):
        path, _, name = target.rpartition(".")
        parent = self.get_submodule(path)
        return parent._modules.pop(name, None) is not None

    def add_submodule(self, target, m):
        path, _, name = target.rpartition(".")
        self.get_submodule(path).add_module(name, m)
        return True

    def delete_all_unused_submodules(self):
        used = {node.target for node in self.graph.nodes if node.op in ("call_module", "get_attr")}
        for name, _ in list(self.named_modules()):
            if name and not any(path == name or path.startswith(f"{name}.") or name.startswith(f"{path}.") for path in used):
                self.delete_submodule(name)

    def __deepcopy__(self, memo):
        root = Module()
        root.__dict__.update(copy.deepcopy(vars(self), memo))
        return GraphModule(root, copy.deepcopy(self.graph), type(self).__name__)

    def __reduce__(self):
        return _rebuild, (vars(self), _flat(self.graph), type(self).__name__)


def _flat(graph):
    """A graph as plain data: nodes by their places."""
    place = {node: number for number, node in enumerate(graph.nodes)}
    return [(node.op, node.target, map_arg(node.args, lambda n: _Place(place[n])), map_arg(node.kwargs, lambda n: _Place(place[n])), node.name)
            for node in graph.nodes]


class _Place(int):
    pass


def _rebuild(state, nodes, name):
    graph, made = Graph(), []
    for op, target, args, kwargs, own in nodes:
        args, kwargs = map_aggregate((args, kwargs), lambda a: made[a] if isinstance(a, _Place) else a)
        made.append(graph.create_node(op, target, args, kwargs, own))
    return GraphModule(_CodeOnlyModule(state), graph, name)
