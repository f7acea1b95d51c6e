"""Functions with a backward of their own."""
from .. import _wick


class FunctionCtx:
    """What forward leaves for backward."""

    def __init__(self):
        self._saved = ()
        self._not_differentiable = ()
        self._materializes = True
        self._freed = False
        self.needs_input_grad = ()

    def save_for_backward(self, *tensors):
        self._saved = tuple((t, None if t is None else t._version) for t in tensors)

    @property
    def saved_tensors(self):
        if self._freed:
            raise RuntimeError(
                "Trying to backward through the graph a second time (or directly access saved tensors after they have "
                "already been freed). Saved intermediate values of the graph are freed when you call .backward() or "
                "autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or "
                "if you need to access saved tensors after calling backward."
            )
        for tensor, version in self._saved:
            if tensor is not None and tensor._version != version:
                raise RuntimeError(
                    "one of the variables needed for gradient computation has been modified by an inplace operation"
                )
        return tuple(tensor for tensor, _ in self._saved)

    def mark_non_differentiable(self, *tensors):
        self._not_differentiable = tensors

    def mark_dirty(self, *tensors):
        raise NotImplementedError("Function: forward must not change its inputs in place")

    def set_materialize_grads(self, value):
        self._materializes = value


class Function:
    """Derive, define the static methods `forward(ctx, *args)` and `backward(ctx, *grads)`, and call `apply`.

    backward is given a gradient for each result and returns one for each argument of forward, None where there is none.
    With `setup_context(ctx, inputs, output)` defined, forward has no ctx.
    """

    @staticmethod
    def forward(*args, **kwargs):
        raise NotImplementedError(
            "You must implement the forward function for custom autograd.Function."
        )

    @staticmethod
    def backward(ctx, *grads):
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom autograd.Function to use it with "
            "backward mode AD."
        )

    @classmethod
    def apply(cls, *args):
        ctx = FunctionCtx()
        is_tensor = [isinstance(a, _wick.Tensor) for a in args]
        ctx.needs_input_grad = tuple(t and a.requires_grad for t, a in zip(is_tensor, args))
        enabled = _wick.is_grad_enabled()
        records = enabled and any(ctx.needs_input_grad)
        _wick.set_grad_enabled(False)
        try:
            if hasattr(cls, "setup_context"):
                result = cls.forward(*args)
                cls.setup_context(ctx, args, result)
            else:
                result = cls.forward(ctx, *args)
        finally:
            _wick.set_grad_enabled(enabled)
        if not records:
            return result
        several = isinstance(result, tuple)
        results = [cls._own(r, args) for r in (result if several else (result,))]
        fixed = {id(t) for t in ctx._not_differentiable}
        outputs = [r for r in results if isinstance(r, _wick.Tensor) and id(r) not in fixed
                   and (r.is_floating_point() or r.is_complex())]
        shapes = [(o.shape, o.dtype) for o in outputs]

        def run(grads):
            if ctx._materializes:
                import wick

                grads = [wick.zeros(s, dtype=d) if g is None else g for g, (s, d) in zip(grads, shapes)]
            found = cls.backward(ctx, *cls._spread(grads, results, outputs))
            found = found if isinstance(found, tuple) else (found,)
            while len(found) > len(args) and found[-1] is None:
                found = found[:-1]
            if len(found) != len(args):
                raise RuntimeError(
                    f"function {cls.__name__}Backward returned an incorrect number of gradients (expected {len(args)}, "
                    f"got {len(found)})"
                )
            return [g for g, t in zip(found, is_tensor) if t]

        def release():
            ctx._saved = ()
            ctx._freed = True

        _wick._record(cls.__name__ + "Backward", [a for a, t in zip(args, is_tensor) if t], outputs, run, release)
        return tuple(results) if several else results[0]

    @staticmethod
    def _own(result, args):
        """A result that is an argument becomes a tensor of its own."""
        return result.detach() if any(result is a for a in args if isinstance(a, _wick.Tensor)) else result

    @staticmethod
    def _spread(grads, results, outputs):
        """A gradient for each result, None for those that have none."""
        by_output = {id(o): g for o, g in zip(outputs, grads)}
        return [by_output.get(id(r)) for r in results]
