"""torch._tensor_str: under this name, how tensors are shown."""
from ._printing import get_printoptions, printoptions, set_printoptions  # noqa: F401
