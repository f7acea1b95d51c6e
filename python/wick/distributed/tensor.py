"""torch.distributed.tensor: the class that programs ask tensors for."""
from ._alone import refuse


class DTensor:
    def __init__(self, *args, **kwargs):
        refuse("torch.distributed.tensor.DTensor")
