"""torch.fx.proxy."""
from . import Proxy, Tracer


class ParameterProxy(Proxy):
    pass


TracerBase = Tracer
