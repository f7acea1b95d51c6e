"""torch.utils._pytree: nested containers as a list of what is in them and a TreeSpec of how they are nested."""
import collections
import dataclasses
import typing

Context = typing.Any
PyTree = typing.Any
KeyPath = tuple


@dataclasses.dataclass(frozen=True)
class MappingKey:
    """Where an item is: at a key of a dict."""
    key: typing.Any

    def __str__(self):
        return f"[{self.key!r}]"

    def get(self, mapping):
        return mapping[self.key]


@dataclasses.dataclass(frozen=True)
class SequenceKey:
    """At a place of a list or tuple."""
    idx: int

    def __str__(self):
        return f"[{self.idx!r}]"

    def get(self, sequence):
        return sequence[self.idx]


@dataclasses.dataclass(frozen=True)
class GetAttrKey:
    """In an attribute."""
    name: str

    def __str__(self):
        return f".{self.name}"

    def get(self, obj):
        return getattr(obj, self.name)


NodeDef = collections.namedtuple("NodeDef", "type flatten_fn unflatten_fn flatten_with_keys_fn")
# By the container's class: flatten_fn(container) is (items, context), unflatten_fn(items, context) the container,
# flatten_with_keys_fn(container) is ((key, item) pairs, context), or None where it is not known where items are.
SUPPORTED_NODES = {}


def register_pytree_node(cls, flatten_fn, unflatten_fn, *, flatten_with_keys_fn=None, **other):
    """Makes a class one of containers: flatten_fn(object) gives (items, context), and unflatten_fn(items, context) the object."""
    SUPPORTED_NODES[cls] = NodeDef(cls, flatten_fn, unflatten_fn, flatten_with_keys_fn)


_register_pytree_node = register_pytree_node


def register_dataclass(cls, *, field_names=None, drop_field_names=None, **other):
    """Makes a dataclass one of containers, of its fields."""
    if field_names is None:
        field_names = [field.name for field in dataclasses.fields(cls) if field.init and field.name not in (drop_field_names or ())]

    def flatten(value):
        return [getattr(value, name) for name in field_names], None

    register_pytree_node(cls, flatten, lambda items, _: cls(**dict(zip(field_names, items))),
                         flatten_with_keys_fn=lambda value: ([(GetAttrKey(name), getattr(value, name)) for name in field_names], None))


def _list_flatten(value):
    return list(value), None


def _list_flatten_with_keys(value):
    return [(SequenceKey(place), item) for place, item in enumerate(value)], None


def _list_unflatten(items, context):
    return list(items)


def _tuple_unflatten(items, context):
    return tuple(items)


def _dict_flatten(value):
    return list(value.values()), list(value)


def _dict_flatten_with_keys(value):
    return [(MappingKey(key), item) for key, item in value.items()], list(value)


def _dict_unflatten(items, context):
    return dict(zip(context, items))


def _default_dict_context(value):
    return value.default_factory, list(value)


register_pytree_node(tuple, _list_flatten, _tuple_unflatten, flatten_with_keys_fn=_list_flatten_with_keys)
register_pytree_node(list, _list_flatten, _list_unflatten, flatten_with_keys_fn=_list_flatten_with_keys)
register_pytree_node(dict, _dict_flatten, _dict_unflatten, flatten_with_keys_fn=_dict_flatten_with_keys)
register_pytree_node(collections.OrderedDict, _dict_flatten, lambda items, keys: collections.OrderedDict(zip(keys, items)),
                     flatten_with_keys_fn=_dict_flatten_with_keys)
register_pytree_node(collections.defaultdict, lambda value: (list(value.values()), _default_dict_context(value)),
                     lambda items, context: collections.defaultdict(context[0], zip(context[1], items)),
                     flatten_with_keys_fn=lambda value: (_dict_flatten_with_keys(value)[0], _default_dict_context(value)))
register_pytree_node(collections.deque, lambda value: (list(value), value.maxlen), collections.deque,
                     flatten_with_keys_fn=lambda value: (_list_flatten_with_keys(value)[0], value.maxlen))
def _namedtuple_flatten(value):
    return list(value), type(value)


def _namedtuple_unflatten(items, context):
    return context(*items)


# Those that are not registered by their own class.
register_pytree_node(collections.namedtuple, _namedtuple_flatten, _namedtuple_unflatten, flatten_with_keys_fn=lambda value: (
    [(GetAttrKey(name), item) for name, item in zip(value._fields, value)], type(value)))


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


def is_namedtuple_instance(value):
    return isinstance(value, tuple) and hasattr(value, "_fields")


is_namedtuple = is_namedtuple_instance


def _get_node_type(tree):
    """By what a container is registered: its class, or namedtuple for all of those."""
    return collections.namedtuple if type(tree) not in SUPPORTED_NODES and is_namedtuple_instance(tree) else type(tree)


def _kind_of(tree):
    return SUPPORTED_NODES.get(_get_node_type(tree))


def tree_is_leaf(tree, is_leaf=None):
    return _kind_of(tree) is None or (is_leaf is not None and is_leaf(tree))


def tree_flatten(tree, is_leaf=None):
    """(leaves, spec)."""
    if tree_is_leaf(tree, is_leaf):
        return [tree], LeafSpec()
    items, context = _kind_of(tree).flatten_fn(tree)
    leaves, specs = [], []
    for item in items:
        found, spec = tree_flatten(item, is_leaf)
        leaves += found
        specs.append(spec)
    return leaves, TreeSpec(_get_node_type(tree), context, specs)


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
    return SUPPORTED_NODES[spec.type].unflatten_fn([_grow(leaves, child) for child in spec.children_specs], spec.context)


def tree_leaves(tree, is_leaf=None):
    return tree_flatten(tree, is_leaf)[0]


def tree_structure(tree, is_leaf=None):
    return tree_flatten(tree, is_leaf)[1]


def tree_iter(tree, is_leaf=None):
    """The leaves one after the other."""
    return iter(tree_leaves(tree, is_leaf))


def tree_leaves_with_path(tree, is_leaf=None, _path=()):
    """(path, leaf) pairs: a path is a tuple of keys, from the root on."""
    if tree_is_leaf(tree, is_leaf):
        return [(_path, tree)]
    flatten_with_keys = _kind_of(tree).flatten_with_keys_fn
    if flatten_with_keys is None:
        raise ValueError(f"Did not find a flatten_with_keys_fn for type: {type(tree)}. Please pass a flatten_with_keys_fn argument to "
                         "register_pytree_node.")
    return [pair for key, item in flatten_with_keys(tree)[0] for pair in tree_leaves_with_path(item, is_leaf, (*_path, key))]


def tree_flatten_with_path(tree, is_leaf=None):
    """((path, leaf) pairs, spec)."""
    return tree_leaves_with_path(tree, is_leaf), tree_structure(tree, is_leaf)


def tree_map_with_path(func, tree, *rests, is_leaf=None):
    """The tree of func(path, leaf, leaf of each of the others in its place)."""
    leaves, spec = tree_flatten_with_path(tree, is_leaf)
    others = [tree_leaves(rest, is_leaf) for rest in rests]
    return tree_unflatten([func(*pair, *some) for pair, *some in zip(leaves, *others, strict=True)], spec)


def keystr(path):
    """A path as it is written behind the tree's name."""
    return "".join(map(str, path))


def key_get(obj, path):
    """What is at the end of a path."""
    for key in path:
        obj = key.get(obj)
    return obj


def tree_map(func, tree, *rests, is_leaf=None):
    """The tree of func(leaf, leaf of each of the others in its place)."""
    leaves, spec = tree_flatten(tree, is_leaf)
    others = [tree_leaves(rest, is_leaf) for rest in rests]
    return tree_unflatten([func(*some) for some in zip(leaves, *others, strict=True)], spec)


def tree_map_(func, tree, *rests, is_leaf=None):
    """tree_map for what func does; gives the tree."""
    tree_map(func, tree, *rests, is_leaf=is_leaf)
    return tree


def _chooses(kind):
    """Whether a leaf is of a class, or of one of several, or one that a function tells."""
    return kind if callable(kind) and not isinstance(kind, type) else lambda leaf: isinstance(leaf, kind)


def tree_map_only(kind, func, tree, is_leaf=None):
    """tree_map for the leaves of a class, of a tuple of classes, or that a function tells; the others stay."""
    chosen = _chooses(kind)
    return tree_map(lambda leaf: func(leaf) if chosen(leaf) else leaf, tree, is_leaf=is_leaf)


def tree_map_only_(kind, func, tree, is_leaf=None):
    """tree_map_only for what func does; gives the tree."""
    tree_map_only(kind, func, tree, is_leaf)
    return tree


def tree_all(pred, tree, is_leaf=None):
    return all(map(pred, tree_leaves(tree, is_leaf)))


def tree_any(pred, tree, is_leaf=None):
    return any(map(pred, tree_leaves(tree, is_leaf)))


def tree_all_only(kind, pred, tree, is_leaf=None):
    return all(map(pred, filter(_chooses(kind), tree_leaves(tree, is_leaf))))


def tree_any_only(kind, pred, tree, is_leaf=None):
    return any(map(pred, filter(_chooses(kind), tree_leaves(tree, is_leaf))))
