"""torch.distributed for a program that is alone: those who ask are told so, and what would need others says so when it is called."""
from ._alone import refuse


def is_available():
    return False


def is_initialized():
    return False


def is_torchelastic_launched():
    return False


class _Absent:
    """What programs import before they ask whether there are others."""

    def __init__(self, name):
        self._name = name

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _Absent(f"{self._name}.{name}")

    def __call__(self, *args, **kwargs):
        refuse(self._name)


for _name in ("ReduceOp", "all_gather", "all_gather_into_tensor", "all_reduce", "barrier", "broadcast", "destroy_process_group", "gather", "get_rank",
              "get_world_size", "init_process_group", "nn", "reduce", "reduce_scatter", "scatter"):
    globals()[_name] = _Absent(f"torch.distributed.{_name}")
