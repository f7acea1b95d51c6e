"""Transforms from real numbers to the values that a constraint allows."""
import numbers

from . import constraints, transforms


class ConstraintRegistry:
    """registry(constraint) is a transform to what the constraint allows, made by the factory of its class."""

    def __init__(self):
        self._registry = {}

    def register(self, constraint, factory=None):
        """For a class of constraints, or that of an example; without a factory, a decorator for one."""
        if factory is None:
            return lambda factory: self.register(constraint, factory)
        if isinstance(constraint, constraints.Constraint):
            constraint = type(constraint)
        if not isinstance(constraint, type) or not issubclass(constraint, constraints.Constraint):
            raise TypeError(f"Expected constraint to be either a Constraint subclass or instance, but got {constraint}")
        self._registry[constraint] = factory
        return factory

    def __call__(self, constraint):
        if type(constraint) not in self._registry:
            raise NotImplementedError(f"Cannot transform {type(constraint).__name__} constraints")
        return self._registry[type(constraint)](constraint)


biject_to = ConstraintRegistry()  # bijective ones, for Hamiltonian Monte Carlo
transform_to = ConstraintRegistry()  # cheap ones, for optimization


def _interval(constraint):
    lower, upper = constraint.lower_bound, constraint.upper_bound
    if isinstance(lower, numbers.Number) and isinstance(upper, numbers.Number) and (lower, upper) == (0, 1):
        return transforms.SigmoidTransform()
    return transforms.ComposeTransform([transforms.SigmoidTransform(), transforms.AffineTransform(lower, upper - lower)])


def _beyond(bound, direction):
    return transforms.ComposeTransform([transforms.ExpTransform(), transforms.AffineTransform(bound, direction)])


def _both(of):
    """What is registered for both, by class; `of` is the one that asks."""
    return {
        constraints._Real: lambda constraint: transforms.identity_transform,
        constraints.independent: lambda constraint: transforms.IndependentTransform(
            of(constraint.base_constraint), constraint.reinterpreted_batch_ndims),
        constraints.greater_than: lambda constraint: _beyond(constraint.lower_bound, 1),
        constraints.greater_than_eq: lambda constraint: _beyond(constraint.lower_bound, 1),
        constraints.less_than: lambda constraint: _beyond(constraint.upper_bound, -1),
        constraints.interval: _interval,
        constraints.half_open_interval: _interval,
        constraints._CorrCholesky: lambda constraint: transforms.CorrCholeskyTransform(),
        constraints.cat: lambda constraint: transforms.CatTransform(
            [of(part) for part in constraint.cseq], constraint.dim, constraint.lengths),
        constraints.stack: lambda constraint: transforms.StackTransform([of(part) for part in constraint.cseq], constraint.dim),
    }


biject_to._registry.update(_both(biject_to))
biject_to.register(constraints.simplex, lambda constraint: transforms.StickBreakingTransform())

transform_to._registry.update(_both(transform_to))
transform_to.register(constraints.simplex, lambda constraint: transforms.SoftmaxTransform())
transform_to.register(constraints.lower_cholesky, lambda constraint: transforms.LowerCholeskyTransform())
for _constraint in (constraints.positive_definite, constraints.positive_semidefinite):
    transform_to.register(_constraint, lambda constraint: transforms.PositiveDefiniteTransform())
