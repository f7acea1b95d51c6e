"""torch.onnx.operators."""
import wick


def shape_as_tensor(x):
    return wick.tensor(x.shape)
