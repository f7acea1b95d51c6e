"""Jacobians, Hessians and products with them: torch.autograd.functional.

`inputs` are a tensor or a tuple of them, which the function gets as arguments, and so are its results; what is returned is nested as
they are. With `create_graph` results can be differentiated again; with `strict` a result that does not depend on an input is an error,
otherwise its derivatives are zeros.
"""
import wick

from .. import _wick
from .._grad_mode import enable_grad


def vjp(func, inputs, v=None, create_graph=False, strict=False):
    """(func(*inputs), the product of `v` with its Jacobian)."""
    call = _Call("vjp", func, inputs, create_graph, strict)
    v = call.vector(v, call.outputs, "the user-provided function returns")
    return call.value(), call.like_inputs(call.gradients(call.outputs, call.inputs, v, create_graph))


def jvp(func, inputs, v=None, create_graph=False, strict=False):
    """(func(*inputs), the product of its Jacobian with `v`), by differentiating the gradient's dependence on its start."""
    call = _Call("jvp", func, inputs, create_graph, strict)
    v = call.vector(v, call.inputs, "the input to the user-provided function is")
    with enable_grad():
        starts = tuple(wick.zeros_like(output).requires_grad_() for output in call.outputs)
        found = call.gradients(call.outputs, call.inputs, starts, True)
        products = _gradients(found, starts, v, create_graph)
    return call.value(), call.like_outputs(_or_zeros(products, call.outputs))


def jacobian(func, inputs, create_graph=False, strict=False, vectorize=False, strategy="reverse-mode"):
    """The derivative of each element of the results by each of the inputs: of shape output.shape + input.shape."""
    call = _Call("jacobian", func, inputs, create_graph, strict)
    return call.like_outputs([call.like_inputs(rows) for rows in call.jacobians(create_graph)])


def hessian(func, inputs, create_graph=False, strict=False, vectorize=False, outer_jacobian_strategy="reverse-mode"):
    """The second derivatives of a function with one element as its result."""

    def slopes(*args):
        inner = _Call("hessian", func, args, True, strict)
        output = inner.only_element()
        rows, = inner.jacobians(True)
        return tuple(row.reshape(argument.shape) for row, argument in zip(rows, args))

    call = _Call("hessian", slopes, inputs, create_graph, strict, of_jacobian=True)
    found = [call.like_inputs(rows) for rows in call.jacobians(create_graph)]
    return call.like_inputs(found)


def hvp(func, inputs, v=None, create_graph=False, strict=False):
    """(func(*inputs), the product of its Hessian with `v`)."""
    return _hessian_product("hvp", func, inputs, v, create_graph, strict)


def vhp(func, inputs, v=None, create_graph=False, strict=False):
    """(func(*inputs), the product of `v` with its Hessian), which is symmetric."""
    return _hessian_product("vhp", func, inputs, v, create_graph, strict)


def _hessian_product(name, func, inputs, v, create_graph, strict):
    call = _Call(name, func, inputs, create_graph, strict)
    output = call.only_element()
    v = call.vector(v, call.inputs, "the input to the user-provided function is")
    with enable_grad():
        found = call.gradients((output,), call.inputs, None, True)
        products = call.gradients(found, call.inputs, v, create_graph, "The jacobian of the user-provided function")
    return call.value(), call.like_inputs(products)


class _Call:
    """The function's call with inputs of its own."""

    def __init__(self, name, func, inputs, create_graph, strict, of_jacobian=False):
        self._name, self._create_graph, self._strict = name, create_graph, strict
        self._what = "The jacobian of the user-provided function" if of_jacobian else "The output of the user-provided function"
        given = self._tensors(inputs, "inputs")
        self._single_input = isinstance(inputs, _wick.Tensor)
        with enable_grad():
            self.inputs = tuple(i.view_as(i) if create_graph and i.requires_grad else i.detach().requires_grad_() for i in given)
            outputs = func(*self.inputs)
        self.outputs = self._tensors(outputs, "outputs of the user-provided function")
        self._single_output = isinstance(outputs, _wick.Tensor)
        for number, output in enumerate(self.outputs):
            if strict and not output.requires_grad:
                raise RuntimeError(f"Output {number} of the user-provided function does not require gradients. The outputs must be "
                                   "computed in a differentiable manner from the input when running in strict mode.")

    def _tensors(self, values, what):
        found = values if isinstance(values, (tuple, list)) else (values,)
        for number, value in enumerate(found):
            if not isinstance(value, _wick.Tensor):
                whole = value is values
                raise TypeError(f"The {what} given to {self._name} must be either a Tensor or a tuple of Tensors but the given "
                                f"{what if whole else f'element {number}'} has type {type(value)}.")
        return tuple(found)

    def vector(self, v, likes, where):
        """`v` as a tuple of tensors of the shapes of `likes`."""
        if v is None:
            if len(likes) > 1 or likes[0].numel() != 1:
                raise RuntimeError(f"The vector v can only be None if {where} a single Tensor with a single element.")
            return (wick.ones_like(likes[0]),)
        single = isinstance(v, _wick.Tensor)
        v = self._tensors(v, "v")
        if len(v) != len(likes):
            raise RuntimeError(f"v is a tuple of invalid length: should be {len(likes)} but got {len(v)}.")
        for number, (one, like) in enumerate(zip(v, likes)):
            if one.shape != like.shape:
                raise RuntimeError(f"{'v' if single else f'Entry {number} in v'} has invalid size: should be {like.shape} but got "
                                   f"{one.shape}.")
        return v

    def only_element(self):
        if not self._single_output:
            raise RuntimeError(f"The function given to {self._name} should return a single Tensor")
        if self.outputs[0].numel() != 1:
            raise RuntimeError(f"The Tensor returned by the function given to {self._name} should contain a single element")
        return self.outputs[0].reshape(())

    def gradients(self, outputs, inputs, starts, create_graph, what=None):
        """Of the inputs, one each."""
        found = _gradients(outputs, inputs, starts, create_graph)
        for number, gradient in enumerate(found):
            if gradient is None and self._strict:
                raise RuntimeError(f"{what or self._what} is independent of input {number}. This is not allowed in strict mode.")
        return _or_zeros(found, inputs)

    def jacobians(self, create_graph):
        """For each output the derivatives by each of the inputs."""
        found = []
        for output in self.outputs:
            rows = []
            for index in range(output.numel()):
                start = wick.zeros_like(output).reshape(-1)
                start[index] = 1
                rows.append(self.gradients((output,), self.inputs, (start.reshape(output.shape),), create_graph))
            found.append([wick.stack(column).reshape(tuple(output.shape) + tuple(i.shape)) if column else
                          wick.zeros(tuple(output.shape) + tuple(i.shape), dtype=i.dtype)
                          for i, column in zip(self.inputs, list(zip(*rows)) or [()] * len(self.inputs))])
        return found

    def value(self):
        return self.like_outputs([o if self._create_graph else o.detach() for o in self.outputs])

    def like_inputs(self, values):
        return values[0] if self._single_input else tuple(values)

    def like_outputs(self, values):
        return values[0] if self._single_output else tuple(values)


def _gradients(outputs, inputs, starts, create_graph):
    """One for each input, None where no output depends on it."""
    from . import grad

    starts = starts or [None] * len(outputs)
    pairs = [(o, s) for o, s in zip(outputs, starts) if o.requires_grad]
    if not pairs:
        return (None,) * len(inputs)
    return grad([o for o, _ in pairs], inputs, [s for _, s in pairs], retain_graph=True, create_graph=create_graph,
                allow_unused=True)


def _or_zeros(gradients, likes):
    return tuple(wick.zeros_like(like) if gradient is None else gradient for gradient, like in zip(gradients, likes))
