"""Functions of functions: torch.func. Gradients are those of wick.autograd, so a function may be any Python."""
from .batch_norm import replace_all_batch_norm_modules_
from .functional_call import functional_call, stack_module_state
from .linearize import debug_unwrap, functionalize, linearize
from .transforms import grad, grad_and_value, hessian, jacfwd, jacrev, jvp, vjp
from .vmap import vmap

__all__ = ["debug_unwrap", "functional_call", "functionalize", "grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp", "linearize",
           "replace_all_batch_norm_modules_", "stack_module_state", "vjp", "vmap"]
