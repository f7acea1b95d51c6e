"""torch.ao.quantization as far as networks name it: the places where tensors would be quantised. No tensor of wick is."""
from wick.nn import Module


class QuantStub(Module):
    """Where a network that was prepared quantises its argument: here it passes."""

    def __init__(self, qconfig=None):
        super().__init__()
        if qconfig:
            self.qconfig = qconfig

    def forward(self, x):
        return x


class DeQuantStub(QuantStub):
    """Where the result becomes floating point again."""


def _refuse(*args, **kwargs):
    raise NotImplementedError("wick has no quantised tensors")


prepare = prepare_qat = convert = quantize = quantize_dynamic = get_default_qconfig = get_default_qat_qconfig = _refuse
