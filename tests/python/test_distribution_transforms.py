"""distributions.transforms and constraints beside PyTorch's."""
import importlib
import pickle

import numpy as np
import pytest

import wick

# Transforms, and a shape of what they take.
TRANSFORMS = {
    "Abs": (lambda t, d: d.AbsTransform(), (3,)),
    "Affine": (lambda t, d: d.AffineTransform(0.5, -2.0), (3,)),
    "Affine of tensors": (lambda t, d: d.AffineTransform(t.tensor([0.0, 1.0, 2.0]), t.tensor([[2.0], [-3.0]])), (2, 3)),
    "Affine of events": (lambda t, d: d.AffineTransform(0.5, t.tensor([1.0, 2.0, -3.0]), event_dim=1), (2, 3)),
    "Cat": (lambda t, d: d.CatTransform([d.ExpTransform(), d.identity_transform, d.TanhTransform()], dim=-1, lengths=[1, 2, 1]), (2, 4)),
    "Cat of vectors": (lambda t, d: d.CatTransform([d.IndependentTransform(part, 1) for part in (d.ExpTransform(), d.TanhTransform())]),
                       (2, 4)),
    "Compose": (lambda t, d: d.ComposeTransform([d.AffineTransform(1.0, 2.0), d.SigmoidTransform()]), (3,)),
    "Compose of vectors": (lambda t, d: d.ComposeTransform([d.ExpTransform(), d.StickBreakingTransform(), d.AffineTransform(0.0, 3.0)]),
                           (2, 3)),
    "identity": (lambda t, d: d.identity_transform, (3,)),
    "CorrCholesky": (lambda t, d: d.CorrCholeskyTransform(), (2, 6)),
    "CumulativeDistribution": (lambda t, d: d.CumulativeDistributionTransform(d.Normal(0.5, 2.0)), (3,)),
    "Exp": (lambda t, d: d.ExpTransform(), (3,)),
    "Independent": (lambda t, d: d.IndependentTransform(d.ExpTransform(), 1), (2, 3)),
    "LowerCholesky": (lambda t, d: d.LowerCholeskyTransform(), (2, 3, 3)),
    "PositiveDefinite": (lambda t, d: d.PositiveDefiniteTransform(), (2, 3, 3)),
    "Power": (lambda t, d: d.PowerTransform(t.tensor([1.5, 2.0, -1.0])), (3,)),
    "Reshape": (lambda t, d: d.ReshapeTransform((2, 3), (6,)), (4, 2, 3)),
    "Sigmoid": (lambda t, d: d.SigmoidTransform(), (3,)),
    "Softmax": (lambda t, d: d.SoftmaxTransform(), (2, 3)),
    "Softplus": (lambda t, d: d.SoftplusTransform(), (3,)),
    "Stack": (lambda t, d: d.StackTransform([d.ExpTransform(), d.SoftplusTransform()], dim=1), (3, 2)),
    "StickBreaking": (lambda t, d: d.StickBreakingTransform(), (2, 3)),
    "Tanh": (lambda t, d: d.TanhTransform(), (3,)),
    "inverse": (lambda t, d: d.SigmoidTransform().inv, (3,)),
    "inverse of Compose": (lambda t, d: d.ComposeTransform([d.ExpTransform(), d.AffineTransform(1.0, 2.0)]).inv, (3,)),
}
POSITIVE = ("Power", "inverse")
NOT_BIJECTIVE = {"Abs", "Softmax", "LowerCholesky", "PositiveDefinite"}


def of(t, name, **options):
    transform = TRANSFORMS[name][0](t, importlib.import_module(f"{t.__name__}.distributions"))
    return transform.with_cache(**options) if options else transform


def argument(name):
    x = np.random.default_rng(0).normal(size=TRANSFORMS[name][1]).astype("float32")
    if name == "inverse of Compose":
        x = abs(x) + 1.5
    return abs(x) / 4 + 0.1 if name in POSITIVE else x


def close(ours, theirs, rtol=2e-5, atol=2e-6):
    np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), rtol=rtol, atol=atol)


@pytest.mark.parametrize("name", TRANSFORMS)
def test_numbers_are_pytorchs(torch, name):
    ours, theirs = of(wick, name), of(torch, name)
    x, x_of_torch = wick.from_numpy(argument(name)), torch.from_numpy(argument(name))
    y, y_of_torch = ours(x), theirs(x_of_torch)
    close(y, y_of_torch)
    close(ours.inv(y), theirs.inv(y_of_torch), rtol=1e-4, atol=1e-5)
    assert ours.bijective == theirs.bijective == (name not in NOT_BIJECTIVE)
    if ours.bijective:
        close(ours.log_abs_det_jacobian(x, y), theirs.log_abs_det_jacobian(x_of_torch, y_of_torch))
        close(ours.inv.log_abs_det_jacobian(y, x), theirs.inv.log_abs_det_jacobian(y_of_torch, x_of_torch))
    assert tuple(ours.forward_shape(x.shape)) == tuple(theirs.forward_shape(x_of_torch.shape)) == tuple(y.shape)
    assert tuple(ours.inverse_shape(y.shape)) == tuple(theirs.inverse_shape(y_of_torch.shape))
    assert repr(ours) == repr(theirs) and repr(ours.inv) == repr(theirs.inv)
    for space in ("domain", "codomain"):
        mine, pytorchs = getattr(ours, space), getattr(theirs, space)
        assert repr(mine) == repr(pytorchs) and mine.event_dim == pytorchs.event_dim
        value = x if space == "domain" else y
        assert mine.check(value).tolist() == pytorchs.check(x_of_torch if space == "domain" else y_of_torch).tolist()
    try:
        sign = theirs.sign
    except NotImplementedError:
        return
    assert getattr(ours.sign, "tolist", lambda: ours.sign)() == getattr(sign, "tolist", lambda: sign)()


@pytest.mark.parametrize("name", TRANSFORMS)
def test_gradients_are_pytorchs(torch, name):
    def gradient(t):
        x = t.from_numpy(argument(name)).requires_grad_()
        transform = of(t, name)
        y = transform(x)
        ((y * t.linspace(1.0, 2.0, y.numel()).view(y.shape)).sum()
         + (transform.log_abs_det_jacobian(x, y).sum() if transform.bijective else 0)).backward()
        return x.grad

    close(gradient(wick), gradient(torch), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", TRANSFORMS)
def test_caches(t, name):
    t.manual_seed(0)
    plain, cached = of(t, name), of(t, name, cache_size=1)
    x = t.from_numpy(argument(name))
    y = cached(x)
    if name in ("identity", "Abs"):
        return
    composed = "Compose" in name  # whose parts keep the pairs
    assert composed or (cached(x) is y and cached.inv(y) is x)
    assert plain(x) is not plain(x)
    np.testing.assert_array_equal(y.numpy(), plain(x).numpy())
    assert cached.with_cache(1) is cached and plain.with_cache(0) is plain


def test_inverses_are_kept(t):
    d = pytest.importorskip(f"{t.__name__}.distributions")
    transform = d.ComposeTransform([d.ExpTransform(), d.AffineTransform(1.0, 2.0)])
    assert transform.inv.inv is transform and transform.inv is transform.inv
    assert d.ExpTransform().inv == d.ExpTransform().inv and d.ExpTransform().inv != d.TanhTransform().inv
    assert d.ExpTransform() == d.ExpTransform() and d.ExpTransform() != d.AbsTransform()
    assert d.AffineTransform(1.0, 2.0) == d.AffineTransform(1.0, 2.0) != d.AffineTransform(1.0, 3.0)
    assert d.AffineTransform(t.zeros(2), 2.0) == d.AffineTransform(0.0, 2.0)
    assert d.PowerTransform(2.0) == d.PowerTransform(2.0) != d.PowerTransform(3.0)
    copied = pickle.loads(pickle.dumps(d.TanhTransform(cache_size=1)))
    assert copied == d.TanhTransform() and copied._cache_size == 1


CONSTRAINTS = {
    "real": lambda t, c: c.real,
    "positive": lambda t, c: c.positive,
    "nonnegative": lambda t, c: c.nonnegative,
    "unit_interval": lambda t, c: c.unit_interval,
    "greater_than": lambda t, c: c.greater_than(t.tensor([1.0, -2.0, 0.0])),
    "greater_than_eq": lambda t, c: c.greater_than_eq(lower_bound=1.5),
    "less_than": lambda t, c: c.less_than(-0.5),
    "interval": lambda t, c: c.interval(-1.0, 2.0),
    "half_open_interval": lambda t, c: c.half_open_interval(0, 3.0),
    "simplex": lambda t, c: c.simplex,
    "corr_cholesky": lambda t, c: c.corr_cholesky,
    "lower_cholesky": lambda t, c: c.lower_cholesky,
    "positive_definite": lambda t, c: c.positive_definite,
    "positive_semidefinite": lambda t, c: c.positive_semidefinite,
    "real_vector": lambda t, c: c.real_vector,
    "independent": lambda t, c: c.independent(c.positive, 2),
    "cat": lambda t, c: c.cat([c.positive, c.real, c.unit_interval], -1),
    "stack": lambda t, c: c.stack([c.positive, c.real, c.unit_interval], -1),
    "boolean": lambda t, c: c.boolean,
    "one_hot": lambda t, c: c.one_hot,
    "nonnegative_integer": lambda t, c: c.nonnegative_integer,
    "positive_integer": lambda t, c: c.positive_integer,
    "integer_interval": lambda t, c: c.integer_interval(-1, 1),
    "multinomial": lambda t, c: c.multinomial(2),
    "lower_triangular": lambda t, c: c.lower_triangular,
    "symmetric": lambda t, c: c.symmetric,
    "square": lambda t, c: c.square,
    "mixture": lambda t, c: c.MixtureSameFamilyConstraint(c.simplex),
    "dependent": lambda t, c: c.dependent(is_discrete=True, event_dim=1),
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_constraints_are_pytorchs(torch, name):
    mine, pytorchs = (CONSTRAINTS[name](t, importlib.import_module(f"{t.__name__}.distributions").constraints) for t in (wick, torch))
    assert (repr(mine), mine.is_discrete, mine.event_dim) == (repr(pytorchs), pytorchs.is_discrete, pytorchs.event_dim)
    values = [np.random.default_rng(0).normal(size=(2, 3, 3)), np.broadcast_to(np.eye(3), (2, 3, 3)), np.full((2, 3, 3), 1 / 3),
              np.ones((2, 3, 3)), np.tril(np.ones((3, 3)))[None], np.zeros((2, 3, 3)), np.full((1, 3, 3), np.nan)]
    for value in values if name != "dependent" else ():
        value = value.astype("float32")
        if name == "positive_semidefinite" and (value == value.flat[0]).all() and value.any():
            continue  # the eigenvalues that are 0 here have a sign by rounding there
        assert mine.check(wick.from_numpy(value.copy())).tolist() == pytorchs.check(torch.from_numpy(value.copy())).tolist()


@pytest.mark.parametrize("registry", ["biject_to", "transform_to"])
@pytest.mark.parametrize("name", CONSTRAINTS)
def test_registries_are_pytorchs(torch, registry, name):
    def of(t):
        d = importlib.import_module(f"{t.__name__}.distributions")
        constraint = CONSTRAINTS[name](t, d.constraints)
        transform = getattr(d, registry)(constraint)
        size = (2, 3, 3) if transform.domain.event_dim == 2 or name == "independent" else (2, 3)
        x = t.from_numpy(np.random.default_rng(0).normal(size=size).astype("float32"))
        y = transform(x)
        assert name == "unit_interval" or constraint.check(y).all()
        return repr(transform), y, transform.inv(y)

    try:
        wanted = of(torch)
    except NotImplementedError as mistake:
        with pytest.raises(NotImplementedError, match=f"^{mistake}$"):
            of(wick)
        return
    found = of(wick)
    assert found[0] == wanted[0] or name in ("greater_than", "cat", "stack")
    close(found[1], wanted[1])
    close(found[2], wanted[2], rtol=1e-3, atol=1e-3)


def test_registries_take_more(t):
    d = pytest.importorskip(f"{t.__name__}.distributions")

    class Even(d.constraints.Constraint):
        pass

    registry = d.constraint_registry.ConstraintRegistry()
    registry.register(Even(), lambda constraint: d.ExpTransform())

    @registry.register(d.constraints.interval)
    def of_interval(constraint):
        return d.AffineTransform(constraint.lower_bound, constraint.upper_bound - constraint.lower_bound)

    assert registry(Even()) == d.ExpTransform() and registry(d.constraints.interval(1.0, 3.0)) == d.AffineTransform(1.0, 2.0)
    with pytest.raises(TypeError, match="Expected constraint to be either a Constraint subclass or instance, but got 3"):
        registry.register(3, of_interval)


@pytest.mark.parametrize("kind, mistake, sentence", [
    (ValueError, lambda t, d: d.ExpTransform(cache_size=2), "cache_size must be 0 or 1"),
    (ValueError, lambda t, d: d.ReshapeTransform((2,), (3,)), "in_shape, out_shape have different numbers of elements"),
    (ValueError, lambda t, d: d.ReshapeTransform((2,), (1, 2)).forward_shape(t.Size((4, 3))),
     r"Shape mismatch: expected torch.Size\(\[3\]\) but got torch.Size\(\[2\]\)"),
    (ValueError, lambda t, d: d.StickBreakingTransform().forward_shape(()), "Too few dimensions on input"),
    (ValueError, lambda t, d: d.CorrCholeskyTransform().forward_shape((4,)), "Input is not a flattened lower-diagonal number"),
    (ValueError, lambda t, d: d.CorrCholeskyTransform().inverse_shape((4, 3)), "Input is not square"),
    (ValueError, lambda t, d: d.IndependentTransform(d.ExpTransform(), 2)(t.zeros(3)), "Too few dimensions on input"),
    (ValueError, lambda t, d: d.StickBreakingTransform().inv.inv.domain and d.CorrCholeskyTransform().event_dim,
     "Please use either .domain.event_dim or .codomain.event_dim"),
    (NotImplementedError, lambda t, d: d.AbsTransform().sign, "^$"),
    (AssertionError, lambda t, d: d.CatTransform([d.ExpTransform()], lengths=[2])(t.zeros(3)), r"x.size\(0\) = 3 must equal length 2"),
    (ValueError, lambda t, d: d.utils.vec_to_tril_matrix(t.zeros(5)), "The size of last dimension is 5 which cannot be expressed"),
    (ValueError, lambda t, d: d.utils.tril_matrix_to_vec(t.zeros(2, 2), 2), r"diag \(2\) provided is outside \[-2, 1\]"),
])
def test_mistakes(t, kind, mistake, sentence):
    with pytest.raises(kind, match=sentence):
        mistake(t, pytest.importorskip(f"{t.__name__}.distributions"))
