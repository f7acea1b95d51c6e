"""torch._custom_ops: an older name of parts of wick.library."""
from .library import impl, impl_abstract  # noqa: F401
