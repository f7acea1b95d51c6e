"""torch.onnx as far as libraries name it: wick writes no ONNX files."""
from . import operators, symbolic_helper, symbolic_opset9, symbolic_opset11  # noqa: F401


def is_in_onnx_export():
    return False


def register_custom_op_symbolic(symbolic_name, symbolic_fn, opset_version):
    """Kept for libraries that say it: nothing is exported."""


def export(*args, **kwargs):
    raise NotImplementedError("wick writes no ONNX files: jit.save writes archives that PyTorch loads, and exports")
