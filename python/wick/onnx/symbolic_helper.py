"""torch.onnx.symbolic_helper: decorators of functions that would describe operators to ONNX."""


def parse_args(*descriptors):
    return lambda function: function
