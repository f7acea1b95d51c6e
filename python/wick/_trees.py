"""Values in nested tuples, lists and dicts."""


def leaves(tree):
    """The values, in order."""
    if isinstance(tree, dict):
        tree = tree.values()
    elif not isinstance(tree, (tuple, list)):
        return [tree]
    return [leaf for item in tree for leaf in leaves(item)]


def map_leaves(function, tree):
    """The same nesting of function(value)."""
    if isinstance(tree, dict):
        return type(tree)((key, map_leaves(function, item)) for key, item in tree.items())
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return type(tree)(*(map_leaves(function, item) for item in tree))
    if isinstance(tree, (tuple, list)):
        return type(tree)(map_leaves(function, item) for item in tree)
    return function(tree)


def like(tree, values):
    """The nesting of `tree` with other values: as many, in the same order."""
    values = iter(values)
    return map_leaves(lambda leaf: next(values), tree)
