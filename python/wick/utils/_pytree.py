"""torch.utils._pytree: nested containers as a list of what is in them and a TreeSpec of how they are nested."""
import collections
import dataclasses
import typing

_Kind = collections.namedtuple("_Kind", "flatten unflatten")
# By the container's class: flatten(container) is (items, context), unflatten(items, context) the container.
_kinds = {}


def register_pytree_node(cls, flatten_fn, unflatten_fn, **other):
    """Makes a class one of containers: flatten_fn(object) gives (items, context), and unflatten_fn(items, context) the object."""
    _kinds[cls] = _Kind(flatten_fn, unflatten_fn)


_register_pytree_node = register_pytree_node

register_pytree_node(tuple, lambda value: (list(value), None), lambda items, _: tuple(items))
register_pytree_node(list, lambda value: (list(value), None), lambda items, _: list(items))
register_pytree_node(dict, lambda value: (list(value.values()), list(value)), lambda items, keys: dict(zip(keys, items)))
register_pytree_node(collections.OrderedDict, lambda value: (list(value.values()), list(value)),
                     lambda items, keys: collections.OrderedDict(zip(keys, items)))
register_pytree_node(collections.defaultdict, lambda value: (list(value.values()), (value.default_factory, list(value))),
                     lambda items, context: collections.defaultdict(context[0], zip(context[1], items)))
register_pytree_node(collections.deque, lambda value: (list(value), value.maxlen), collections.deque)
_NAMED_TUPLE = _Kind(lambda value: (list(value), type(value)), lambda items, kind: kind(*items))


@dataclasses.dataclass
class TreeSpec:
    """How a tree is nested: the class of its root (None: a leaf), what its flatten told, and the specs of its items."""
    type: typing.Any
    context: typing.Any
    children_specs: list

    @property
    def num_leaves(self):
        return 1 if self.type is None else sum(child.num_leaves for child in self.children_specs)

    @property
    def num_children(self):
        return len(self.children_specs)

    def is_leaf(self):
        return self.type is None


LeafSpec = lambda: TreeSpec(None, None, [])  # noqa: E731 (a class in PyTorch)


def _kind_of(tree):
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return _kinds.get(type(tree), _NAMED_TUPLE)
    return _kinds.get(type(tree))


def tree_is_leaf(tree, is_leaf=None):
    return _kind_of(tree) is None or (is_leaf is not None and is_leaf(tree))


def tree_flatten(tree, is_leaf=None):
    """(leaves, spec)."""
    if tree_is_leaf(tree, is_leaf):
        return [tree], LeafSpec()
    items, context = _kind_of(tree).flatten(tree)
    leaves, specs = [], []
    for item in items:
        found, spec = tree_flatten(item, is_leaf)
        leaves += found
        specs.append(spec)
    return leaves, TreeSpec(type(tree), context, specs)


def tree_unflatten(leaves, treespec):
    """The tree of a spec with these leaves."""
    leaves = list(leaves)
    if len(leaves) != treespec.num_leaves:
        raise ValueError(f"tree_unflatten(leaves, treespec): `leaves` has length {len(leaves)} but the spec refers to a pytree that holds "
                         f"{treespec.num_leaves} items ({treespec}).")
    return _grow(iter(leaves), treespec)


def _grow(leaves, spec):
    if spec.type is None:
        return next(leaves)
    kind = _kinds.get(spec.type, _NAMED_TUPLE)
    return kind.unflatten([_grow(leaves, child) for child in spec.children_specs], spec.context)


def tree_leaves(tree, is_leaf=None):
    return tree_flatten(tree, is_leaf)[0]


def tree_structure(tree, is_leaf=None):
    return tree_flatten(tree, is_leaf)[1]


def tree_map(func, tree, *rests, is_leaf=None):
    """The tree of func(leaf, leaf of each of the others in its place)."""
    leaves, spec = tree_flatten(tree, is_leaf)
    others = [tree_leaves(rest, is_leaf) for rest in rests]
    return tree_unflatten([func(*some) for some in zip(leaves, *others, strict=True)], spec)


def tree_map_(func, tree, *rests, is_leaf=None):
    """tree_map for what func does; gives the tree."""
    tree_map(func, tree, *rests, is_leaf=is_leaf)
    return tree


def tree_map_only(kind, func, tree, is_leaf=None):
    """tree_map for the leaves of a class, of a tuple of classes, or that a function tells; the others stay."""
    chosen = kind if callable(kind) and not isinstance(kind, type) else lambda leaf: isinstance(leaf, kind)
    return tree_map(lambda leaf: func(leaf) if chosen(leaf) else leaf, tree, is_leaf=is_leaf)


def tree_all(pred, tree, is_leaf=None):
    return all(map(pred, tree_leaves(tree, is_leaf)))


def tree_any(pred, tree, is_leaf=None):
    return any(map(pred, tree_leaves(tree, is_leaf)))
