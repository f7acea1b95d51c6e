"""torch.distributed.algorithms.join: blocks in which processes have batches of different numbers."""
from .._alone import refuse


class Join:
    def __init__(self, joinables, enable=True, throw_on_early_termination=False, **kwargs):
        refuse("torch.distributed.algorithms.join.Join")
