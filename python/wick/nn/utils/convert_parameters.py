"""Parameters as one vector."""
import wick


def parameters_to_vector(parameters):
    """All elements, one parameter after the other; gradients go back to the parameters."""
    return wick.cat([parameter.view(-1) for parameter in parameters])


def vector_to_parameters(vec, parameters):
    """Makes the parameters views of the vector's parts."""
    if not isinstance(vec, wick.Tensor):
        raise TypeError(f"expected wick.Tensor, but got: {type(vec).__name__}")
    begin = 0
    for parameter in parameters:
        part = vec[begin:begin + parameter.numel()]
        parameter.data = part.view_as(parameter).data
        begin += parameter.numel()
