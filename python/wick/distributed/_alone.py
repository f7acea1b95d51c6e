"""What stands for things that need other processes: there are none, which is said when one is called."""


def refuse(name):
    raise RuntimeError(f"{name}() needs torch.distributed, which wick does not have: programs run in one process")


class _Absent:
    def __init__(self, name):
        self._name = name

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _Absent(f"{self._name}.{name}")

    def __call__(self, *args, **kwargs):
        refuse(self._name)


class _AbsentClass(type):
    """Of classes that no object is of."""

    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _Absent(f"{cls._name}.{name}")

    def __call__(cls, *args, **kwargs):
        refuse(cls._name)


def absent(name, is_class):
    if not is_class:
        return _Absent(name)
    module, _, own = name.rpartition(".")
    return _AbsentClass(own, (), {"_name": name, "__module__": module})
