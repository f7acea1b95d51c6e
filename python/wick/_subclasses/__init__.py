"""torch._subclasses: what programs ask tensors for."""
from .fake_tensor import FakeTensor, FakeTensorMode  # noqa: F401
