"""What values of parameters and samples have to be."""
import wick


class Constraint:
    """`check(value)` tells for each value (of event_dim dimensions) whether it is allowed."""

    def __init__(self, text, check, event_dim=0, is_discrete=False):
        self._text, self.check = text, check
        self.event_dim, self.is_discrete = event_dim, is_discrete

    def __repr__(self):
        return self._text


def greater_than(bound):
    return Constraint(f"GreaterThan(lower_bound={bound})", lambda value: value > bound)


def less_than(bound):
    return Constraint(f"LessThan(upper_bound={bound})", lambda value: value < bound)


def greater_than_eq(bound):
    return Constraint(f"GreaterThanEq(lower_bound={bound})", lambda value: value >= bound)


def interval(lower, upper):
    return Constraint(f"Interval(lower_bound={lower}, upper_bound={upper})", lambda value: (value >= lower) & (value <= upper))


def integer_interval(lower, upper):
    return Constraint(f"IntegerInterval(lower_bound={lower}, upper_bound={upper})",
                      lambda value: (value % 1 == 0) & (value >= lower) & (value <= upper), is_discrete=True)


def independent(base, dims):
    """Of values whose last dimensions each satisfy `base`."""
    return Constraint(f"IndependentConstraint({base!r}, {dims})", lambda value: base.check(value).flatten(-dims).all(-1), dims)


real = Constraint("Real()", lambda value: value == value)
positive = greater_than(0.0)
nonnegative = greater_than_eq(0.0)
unit_interval = interval(0.0, 1.0)
boolean = Constraint("Boolean()", lambda value: (value == 0) | (value == 1), is_discrete=True)
nonnegative_integer = Constraint("IntegerGreaterThan(lower_bound=0)", lambda value: (value % 1 == 0) & (value >= 0), is_discrete=True)
simplex = Constraint("Simplex()", lambda value: (value >= 0).all(-1) & ((value.sum(-1) - 1).abs() < 1e-6), 1)
one_hot = Constraint("OneHot()", lambda value: ((value == 0) | (value == 1)).all(-1) & (value.sum(-1) == 1), 1, True)
real_vector = independent(real, 1)
lower_cholesky = Constraint("LowerCholesky()", lambda value: (value.tril() == value).flatten(-2).all(-1)
                            & (value.diagonal(dim1=-2, dim2=-1) > 0).all(-1), 2)
positive_definite = Constraint("PositiveDefinite()", lambda value: wick.linalg.cholesky_ex(value).info == 0, 2)
