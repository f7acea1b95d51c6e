"""Gradients held against differences of function values."""
import itertools

from .. import _wick


class GradcheckError(RuntimeError):
    pass


def gradcheck(func, inputs, eps=1e-6, atol=1e-5, rtol=1e-3, raise_exception=True, nondet_tol=0.0,
              check_undefined_grad=True, check_grad_dtypes=False, check_batched_grad=False, fast_mode=False):
    """Whether the gradients of `func` with respect to the float64 and complex128 inputs that require them are the slopes
    that central differences of width 2 * eps show. With raise_exception a difference is a GradcheckError."""
    inputs = (inputs,) if isinstance(inputs, _wick.Tensor) else tuple(inputs)
    try:
        _check(func, inputs, eps, atol, rtol)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(func, inputs, grad_outputs=None, eps=1e-6, atol=1e-5, rtol=1e-3, raise_exception=True, **ignored):
    """gradcheck of the gradients of `func`: of its second derivatives."""
    from . import grad

    inputs = (inputs,) if isinstance(inputs, _wick.Tensor) else tuple(inputs)
    outputs = _differentiable(func(*inputs))
    if grad_outputs is None:
        grad_outputs = tuple(_random_like(o).requires_grad_() for o in outputs)
    grad_outputs = (grad_outputs,) if isinstance(grad_outputs, _wick.Tensor) else tuple(grad_outputs)

    def gradients(*args):
        own = args[:len(inputs)]
        wanted = [a for a in own if _wants_gradient(a)]
        found = grad(_differentiable(func(*own)), wanted, args[len(inputs):], create_graph=True, allow_unused=True)
        return tuple(f for f in found if f is not None)

    return gradcheck(gradients, inputs + grad_outputs, eps, atol, rtol, raise_exception)


def _wants_gradient(value):
    return isinstance(value, _wick.Tensor) and value.requires_grad


def _differentiable(outputs):
    return tuple(o for o in _tensors(outputs) if o.requires_grad)


def _random_like(tensor):
    import wick

    return wick.rand(tensor.shape, dtype=tensor.dtype) + 0.1


def _parts(tensor):
    """The directions in which one element can move: one, and along the imaginary axis for complex numbers."""
    return (1, 1j) if tensor.is_complex() else (1,)


def _check(func, inputs, eps, atol, rtol):
    from . import grad

    import wick

    wanted = [i for i, value in enumerate(inputs) if _wants_gradient(value)]
    if not wanted:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of the them have requires_grad=True."
        )
    outputs = _differentiable(func(*inputs))
    if not outputs:
        _check_constant(func, inputs, wanted, eps, atol)
    for number, output in enumerate(outputs):
        # A column of the Jacobian for each element of the output, its real and imaginary part.
        analytic = []
        for index, part in itertools.product(range(output.numel()), _parts(output)):
            start = wick.zeros_like(output).reshape(-1)
            start[index] = part
            found = grad([output], [inputs[i] for i in wanted], [start.reshape(output.shape)], retain_graph=True,
                         allow_unused=True)
            analytic.append([None if f is None else f.reshape(-1).tolist() for f in found])
        for place, i in enumerate(wanted):
            for element in range(inputs[i].numel()):
                for direction in _parts(inputs[i]):
                    slopes = _slopes(func, inputs, i, element, direction, number, eps)
                    for row, slope in enumerate(slopes):
                        gradient = analytic[row][place]
                        value = 0 if gradient is None else gradient[element]
                        value = (value.real if direction == 1 else value.imag) if isinstance(value, complex) else value
                        if not abs(value - slope) <= atol + rtol * abs(slope):
                            raise GradcheckError(
                                f"Jacobian mismatch for output {number} with respect to input {i}: element {element} has "
                                f"the gradient {value} where differences give {slope}"
                            )


def _check_constant(func, inputs, wanted, eps, atol):
    """A function without gradients does not depend on the inputs that want one."""
    for i in wanted:
        for element, direction in itertools.product(range(inputs[i].numel()), _parts(inputs[i])):
            for number, _ in enumerate(_tensors(func(*inputs))):
                if any(abs(slope) > atol for slope in _slopes(func, inputs, i, element, direction, number, eps, _tensors)):
                    raise GradcheckError("Numerical gradient for function expected to be zero")


def _tensors(outputs):
    outputs = outputs if isinstance(outputs, (tuple, list)) else (outputs,)
    return tuple(o for o in outputs if isinstance(o, _wick.Tensor))


def _slopes(func, inputs, i, element, direction, number, eps, outputs_of=None):
    """How the parts of each element of output `number` change with one element of input `i`."""
    outputs_of = outputs_of or _differentiable
    values = []
    for sign in (1, -1):
        moved = inputs[i].detach().clone()
        flat = moved.reshape(-1)
        flat[element] = flat[element].item() + sign * eps * direction
        moved = flat.reshape(moved.shape).requires_grad_()
        output = outputs_of(func(*inputs[:i], moved, *inputs[i + 1:]))[number].detach().reshape(-1).tolist()
        values.append([p for v in output for p in ((v.real, v.imag) if isinstance(v, complex) else (v,))])
    return [(a - b) / (2 * eps) for a, b in zip(*values)]
