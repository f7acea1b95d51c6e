"""torch.utils.dlpack: memory that libraries share."""
from .._values import from_dlpack  # noqa: F401


def to_dlpack(tensor):
    """A capsule for another library's from_dlpack."""
    return tensor.__dlpack__()
