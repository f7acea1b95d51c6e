"""Hooks: functions that modules and optimizers call on the way."""
import itertools

_numbers = itertools.count()


class RemovableHandle:
    """Takes a hook off again, also at the end of a `with`."""

    def __init__(self, hooks, key):
        self._hooks, self.id = hooks, key

    def remove(self):
        self._hooks.pop(self.id, None)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.remove()


def register(hooks, hook, prepend=False):
    """Puts a hook among others, which are called in their order."""
    key = next(_numbers)
    others = dict(hooks) if prepend else {}
    if prepend:
        hooks.clear()
    hooks[key] = hook
    hooks.update(others)
    return RemovableHandle(hooks, key)
