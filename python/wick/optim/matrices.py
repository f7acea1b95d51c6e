"""Optimizers that treat a parameter as a matrix: made of operators, since these are where their time goes."""
import math

import wick

from .optimizer import Optimizer


class _Composed(Optimizer):
    """An optimizer whose update of one parameter is Python: `_update(parameter, gradient, state, group)`."""

    @wick.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with wick.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    if parameter.is_complex():
                        raise RuntimeError(f"{type(self).__name__} does not support complex parameters")
                    self._update(parameter, parameter.grad, self.state[parameter], group)
        return loss


def _check(condition, message):
    if not condition:
        raise ValueError(message)


class Muon(_Composed):
    """Momentum whose matrix is brought near an orthogonal one by a few steps of Newton and Schulz (Jordan et al. 2024), for
    parameters of two dimensions. adjust_lr_fn: "original" scales by the root of rows over columns where that is more than 1,
    "match_rms_adamw" (Liu et al. 2025) so that an update is as large as AdamW's."""

    def __init__(self, params, lr=1e-3, weight_decay=0.1, momentum=0.95, nesterov=True, ns_coefficients=(3.4445, -4.775, 2.0315),
                 eps=1e-7, ns_steps=5, adjust_lr_fn=None):
        _check(lr >= 0, f"Learning rate should be >= 0 but is: {lr}")
        _check(momentum >= 0, f"momentum should be >= 0 but is: {momentum}")
        _check(weight_decay >= 0, f"weight decay should be >= 0 but is: {weight_decay}")
        _check(adjust_lr_fn in (None, "original", "match_rms_adamw"), f"Adjust learning rate function {adjust_lr_fn} is not supported")
        super().__init__(params, dict(lr=lr, weight_decay=weight_decay, momentum=momentum, nesterov=nesterov,
                                      ns_coefficients=ns_coefficients, eps=eps, ns_steps=ns_steps, adjust_lr_fn=adjust_lr_fn))

    def add_param_group(self, param_group):
        super().add_param_group(param_group)
        for parameter in self.param_groups[-1]["params"]:
            if parameter.dim() != 2:
                self.param_groups.pop()
                raise ValueError(f"Muon only supports 2D parameters whereas we found a parameter with size: {parameter.size()}")

    def _update(self, parameter, gradient, state, group):
        if "momentum_buffer" not in state:
            state["momentum_buffer"] = wick.zeros_like(gradient)
        mean = state["momentum_buffer"].lerp_(gradient, 1 - group["momentum"])
        direction = gradient.lerp(mean, group["momentum"]) if group["nesterov"] else mean
        direction = _orthogonalized(direction, group["ns_coefficients"], group["ns_steps"], group["eps"])
        rows, columns = parameter.shape
        matched = group["adjust_lr_fn"] == "match_rms_adamw"
        factor = 0.2 * math.sqrt(max(rows, columns)) if matched else math.sqrt(max(1, rows / columns))
        parameter.mul_(1 - group["lr"] * group["weight_decay"])
        parameter.add_(direction, alpha=-group["lr"] * factor)


def _orthogonalized(matrix, coefficients, steps, eps):
    """x ← a x + (b x xᵀ + c (x xᵀ)²) x, in bfloat16, from the matrix over its norm: all singular values come near 1."""
    _check(steps < 100, "Number of steps must be less than 100 for computational efficiency")
    _check(len(coefficients) == 3, "Coefficients must be a tuple of exactly 3 values")
    a, b, c = coefficients
    is_tall = matrix.size(0) > matrix.size(1)
    x = (matrix.t() if is_tall else matrix).bfloat16()
    x = x / x.norm().clamp(min=eps)
    for _ in range(steps):
        gram = x @ x.t()
        x = wick.addmm(x, wick.addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.t() if is_tall else x


class Adafactor(_Composed):
    """Adaptive rates whose mean squares are kept by row and by column (Shazeer and Stern 2018), relative to the size of the
    parameter, and no more than `d` in the mean of an update. eps: the least of a root of a mean square (None: the dtype's
    precision), and of the parameter's size."""

    def __init__(self, params, lr=1e-2, beta2_decay=-0.8, eps=(None, 1e-3), d=1.0, weight_decay=0.0, *, foreach=None, maximize=False):
        _check(lr >= 0, f"Learning rate should be >= 0 but is: {lr}")
        _check(beta2_decay <= 0, f"beta2_decay should be <= 0 but is: {beta2_decay}")
        _check(eps[0] is None or eps[0] >= 0, f"epsilon1 should be >= 0 but is: {eps[0]}")
        _check(eps[1] >= 0, f"epsilon2 should be >= 0 but is: {eps[1]}")
        _check(d >= 1, f"Clipping threshold d should be >= 1 but is: {d}")
        _check(weight_decay >= 0, f"weight_decay should be >= 0 but is: {weight_decay}")
        super().__init__(params, dict(lr=lr, beta2_decay=beta2_decay, eps=eps, d=d, weight_decay=weight_decay, foreach=foreach,
                                      maximize=maximize))

    def _update(self, parameter, gradient, state, group):
        if not state:
            state["step"] = wick.tensor(0.0)
            if gradient.dim() > 1:
                state["row_var"] = wick.zeros_like(gradient.select(-1, 0).unsqueeze(-1))
                state["col_var"] = wick.zeros_like(gradient.select(-2, 0).unsqueeze(-2))
            else:
                state["variance"] = wick.zeros_like(gradient)
        if group["maximize"]:
            gradient = -gradient
        state["step"] += 1
        step, lr = state["step"].item(), group["lr"]
        least, smallest = group["eps"]
        least = wick.finfo(parameter.dtype).eps if least is None else least
        size = parameter.norm(2).item() / math.sqrt(parameter.numel())
        rate = max(smallest, size) * min(lr, 1 / math.sqrt(step))
        if group["weight_decay"] != 0:
            parameter.mul_(1 - lr * group["weight_decay"])
        weight, squares = step ** group["beta2_decay"], gradient.square()
        if gradient.dim() > 1:
            rows = state["row_var"].lerp_(squares.mean(-1, keepdim=True), weight)
            columns = state["col_var"].lerp_(squares.mean(-2, keepdim=True), weight)
            variance = (rows @ columns) / rows.mean(-2, keepdim=True).clamp(min=least)
        else:
            variance = state["variance"].lerp_(squares, weight)
        update = variance.clamp(min=least * least).rsqrt() * gradient
        parameter.add_(update, alpha=-rate / max(1.0, update.norm(2).item() / (math.sqrt(update.numel()) * group["d"])))
