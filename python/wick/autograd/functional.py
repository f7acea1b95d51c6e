"""Jacobians, Hessians and products with them: torch.autograd.functional."""
from .. import _wick


def _tuple(values):
    return (values,) if isinstance(values, _wick.Tensor) else tuple(values)


def _like(values, is_single):
    return values[0] if is_single else tuple(values)


def _leaves(inputs, create_graph):
    """The inputs as what is differentiated with respect to: themselves when the results are to be differentiated too."""
    return tuple(i.view_as(i) if create_graph and i.requires_grad else i.detach().requires_grad_() for i in inputs)


def vjp(func, inputs, v=None, create_graph=False, strict=False):
    """(func(*inputs), the product of `v` with its Jacobian)."""
    from . import grad

    single = isinstance(inputs, _wick.Tensor)
    with _enabled():
        own = _leaves(_tuple(inputs), create_graph)
        outputs = func(*own)
        found = grad(_tuple(outputs), own, None if v is None else _tuple(v), create_graph=create_graph,
                     materialize_grads=True)
    if not create_graph:
        outputs = _like([o.detach() for o in _tuple(outputs)], isinstance(outputs, _wick.Tensor))
    return outputs, _like(found, single)


def jvp(func, inputs, v=None, create_graph=False, strict=False):
    """(func(*inputs), the product of its Jacobian with `v`), by differentiating the gradient's dependence on its start."""
    from . import grad

    import wick

    with _enabled():
        own = _leaves(_tuple(inputs), create_graph)
        outputs = func(*own)
        starts = tuple(wick.zeros_like(o).requires_grad_() for o in _tuple(outputs))
        found = grad(_tuple(outputs), own, starts, create_graph=True, materialize_grads=True)
        given = tuple(wick.ones_like(i) for i in own) if v is None else _tuple(v)
        products = grad(found, starts, given, create_graph=create_graph, materialize_grads=True)
    single = isinstance(outputs, _wick.Tensor)
    if not create_graph:
        outputs = _like([o.detach() for o in _tuple(outputs)], single)
    return outputs, _like(products, single)


def jacobian(func, inputs, create_graph=False, strict=False, vectorize=False, strategy="reverse-mode"):
    """The derivative of each element of the output by each of the inputs: of shape output.shape + input.shape, nested
    in tuples for several outputs and inputs."""
    from . import grad

    import wick

    single_input = isinstance(inputs, _wick.Tensor)
    with _enabled():
        own = _leaves(_tuple(inputs), create_graph)
        outputs = func(*own)
        single_output = isinstance(outputs, _wick.Tensor)
        rows = []
        for output in _tuple(outputs):
            by_element = []
            for index in range(output.numel()):
                start = wick.zeros_like(output).reshape(-1)
                start[index] = 1
                by_element.append(grad([output], own, [start.reshape(output.shape)], retain_graph=True,
                                       create_graph=create_graph, materialize_grads=True))
            rows.append(_like([
                wick.stack([found[i] for found in by_element]).reshape(tuple(output.shape) + tuple(own[i].shape))
                for i in range(len(own))
            ], single_input))
    return _like(rows, single_output)


def hessian(func, inputs, create_graph=False, strict=False, vectorize=False, outer_jacobian_strategy="reverse-mode"):
    """The second derivatives of a function with one element as its result."""
    single = isinstance(inputs, _wick.Tensor)

    def gradients(*args):
        found = jacobian(func, args[0] if single else args, create_graph=True)
        return found.reshape(args[0].shape) if single else tuple(f.reshape(a.shape) for f, a in zip(found, args))

    return jacobian(gradients, inputs, create_graph=create_graph)


def hvp(func, inputs, v=None, create_graph=False, strict=False):
    """(func(*inputs), the product of its Hessian with `v`)."""
    from . import grad

    single = isinstance(inputs, _wick.Tensor)
    with _enabled():
        own = _leaves(_tuple(inputs), create_graph)
        output = func(*own)
        found = grad(output, own, create_graph=True, materialize_grads=True)
        products = grad(found, own, None if v is None else _tuple(v), create_graph=create_graph,
                        materialize_grads=True)
    return output if create_graph else output.detach(), _like(products, single)


vhp = hvp


def _enabled():
    from .. import enable_grad

    return enable_grad()
