"""Nested containers as lists of leaves: torch.utils._pytree."""
import collections
import dataclasses
import importlib

import pytest

Point = collections.namedtuple("Point", "x y")
TREE = {"a": [1, (2, None)], "b": Point(3, collections.OrderedDict(z=4)), "c": collections.deque([5], maxlen=2),
        "d": collections.defaultdict(list, e=6), "f": ()}


@pytest.fixture
def pytree(t):
    return importlib.import_module(f"{t.__name__}.utils._pytree")


def test_flattened_and_back(pytree):
    leaves, spec = pytree.tree_flatten(TREE)
    assert leaves == [1, 2, None, 3, 4, 5, 6]
    assert spec.num_leaves == 7 and spec.type is dict and not spec.is_leaf()
    back = pytree.tree_unflatten(leaves, spec)
    assert back == TREE and isinstance(back["b"], Point) and back["c"].maxlen == 2 and back["d"].default_factory is list
    assert pytree.tree_structure(back) == spec != pytree.tree_structure([1])
    with pytest.raises(ValueError):
        pytree.tree_unflatten([1], spec)


def test_maps(pytree):
    assert pytree.tree_map(lambda a, b: a + b, [1, {"k": 2}], [10, {"k": 20}]) == [11, {"k": 22}]
    assert pytree.tree_map_only(int, lambda x: -x, [1, "a", (2.0, 3)]) == [-1, "a", (2.0, -3)]
    assert pytree.tree_map(len, [[1, 2], [3]], is_leaf=lambda x: isinstance(x, list) and isinstance(x[0], int)) == [2, 1]
    assert pytree.tree_all(lambda x: x > 0, (1, 2)) and not pytree.tree_any(lambda x: x > 2, (1, 2))


def test_classes_become_containers(pytree):
    class Pair:
        def __init__(self, first, second):
            self.first, self.second = first, second

    pytree.register_pytree_node(Pair, lambda p: ([p.first, p.second], None), lambda items, _: Pair(*items))
    doubled = pytree.tree_map(lambda x: 2 * x, [Pair(1, 2)])[0]
    assert (doubled.first, doubled.second) == (2, 4)


def test_paths(pytree):
    pairs, spec = pytree.tree_flatten_with_path(TREE)
    assert [(pytree.keystr(path), leaf) for path, leaf in pairs] == [
        ("['a'][0]", 1), ("['a'][1][0]", 2), ("['a'][1][1]", None), ("['b'].x", 3), ("['b'].y['z']", 4), ("['c'][0]", 5), ("['d']['e']", 6)]
    assert spec == pytree.tree_structure(TREE) and all(pytree.key_get(TREE, path) == leaf for path, leaf in pairs)
    named = pytree.tree_map_with_path(lambda path, leaf, other: f"{pytree.keystr(path)}={leaf}{other}", [1, {"k": 2}], [3, {"k": 4}])
    assert named == ["[0]=13", {"k": "[1]['k']=24"}]
    assert pytree._dict_flatten_with_keys({"k": 1}) == ([(pytree.MappingKey("k"), 1)], ["k"])


def test_leaves_of_a_kind(pytree):
    assert list(pytree.tree_iter((1, [2]))) == [1, 2]
    assert pytree.tree_all_only(int, lambda x: x > 0, [1, "a"]) and not pytree.tree_any_only(int, lambda x: x > 1, [1, "a"])


def test_dataclasses_become_containers(pytree):
    @dataclasses.dataclass
    class Pair:
        first: int
        second: list

    pytree.register_dataclass(Pair)
    assert pytree.tree_map(lambda x: x + 1, Pair(1, [2])) == Pair(2, [3])
    assert [pytree.keystr(path) for path, _ in pytree.tree_leaves_with_path(Pair(1, [2]))] == [".first", ".second[0]"]
