"""Functions with a backward of their own."""
import functools

from .. import _wick
from .._grad_mode import no_grad

FunctionCtx = _wick._FunctionCtx


class Function:
    """Derive, define the static methods `forward(ctx, *args)` and `backward(ctx, *grads)`, and call `apply`.

    backward is given a gradient for each result and returns one for each argument of forward, None where there is none.
    With `setup_context(ctx, inputs, output)` defined, forward has no ctx. backward may be called vjp.
    """

    def __call__(self, *args, **kwargs):
        raise RuntimeError("Legacy autograd function with non-static forward method is deprecated. Please use new-style autograd "
                           "function with static forward method. "
                           "(Example: https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)")

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

    vjp = backward

    generate_vmap_rule = False

    @staticmethod
    def vmap(info, in_dims, *args):
        """For all tensors of a level of torch.vmap at once: `info.batch_size` of them, along in_dims of the arguments (None for what
        is the same for all). Gives (the results, the dimensions in them)."""
        raise NotImplementedError("To use autograd.Function with vmap, you must either override the vmap static method or set "
                                  "generate_vmap_rule=True.")

    @classmethod
    def apply(cls, *args):
        if _wick._levels() and any(isinstance(arg, _wick.Tensor) and _wick._level_of(arg) for arg in args):
            from ._batches import apply_to_batch

            return apply_to_batch(cls, args, has_rule=cls.vmap is not Function.vmap)
        call = _wick._FunctionCall(cls, args)
        with no_grad():
            if hasattr(cls, "setup_context"):
                result = cls.forward(*args)
                cls.setup_context(call.ctx, args, result)
            else:
                result = cls.forward(call.ctx, *args)
        return call.finish(result)

    @classmethod
    def _backward(cls, ctx, grads, takes_tensor):
        """What backward gives, one for each argument: None for those that are no tensors."""
        defines_vjp = cls.vjp is not Function.vjp
        if defines_vjp and cls.backward is not Function.backward:
            raise RuntimeError("Implementing both 'backward' and 'vjp' for a custom Function is not allowed. You should "
                               "only implement one of them.")
        found = (cls.vjp if defines_vjp else cls.backward)(ctx, *grads)
        found = found if isinstance(found, tuple) else (found,)
        count = len(takes_tensor)
        while len(found) > count and found[-1] is None:
            found = found[:-1]
        if len(found) != count:
            raise RuntimeError(f"function {cls.__name__}Backward returned an incorrect number of gradients (expected {count}, "
                               f"got {len(found)})")
        for position, (grad, is_tensor) in enumerate(zip(found, takes_tensor)):
            if grad is not None and not isinstance(grad, _wick.Tensor):
                raise RuntimeError(f"expected Variable or None (got {type(grad).__name__})")
            if grad is not None and not is_tensor:
                raise RuntimeError(f"function {cls.__name__}Backward returned a gradient different than None at position "
                                   f"{position + 1}, but the corresponding forward input was not a Variable")
        return found


class _Refusal(Function):
    """Passes its arguments on, without a backward."""

    @staticmethod
    def forward(ctx, *tensors):
        return tensors

    @staticmethod
    def backward(ctx, *grads):
        raise RuntimeError("trying to differentiate twice a function that was marked with @once_differentiable")


def once_differentiable(backward):
    """A backward that need not be made of differentiable operators: to differentiate its gradients is an error."""

    @functools.wraps(backward)
    def wrapper(ctx, *grads):
        with no_grad():
            found = backward(ctx, *grads)
        if not _wick.is_grad_enabled() or not any(isinstance(g, _wick.Tensor) and g.requires_grad for g in grads):
            return found
        found = found if isinstance(found, tuple) else (found,)
        refused = iter(_Refusal.apply(*(g.detach().requires_grad_() for g in found if g is not None)))
        return tuple(None if g is None else next(refused) for g in found)

    return wrapper
