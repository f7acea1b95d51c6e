"""Functions with a backward of their own: every scenario gives the same in PyTorch, where that is installed."""
import gc
import weakref

import pytest


def leaf(t, *values):
    return t.tensor(values, dtype=t.float64, requires_grad=True)


def test_results_are_saved(t):
    class Exp(t.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            y = x.exp()
            ctx.save_for_backward(y)
            return y

        @staticmethod
        def backward(ctx, grad):
            y, = ctx.saved_tensors
            return grad * y

    x = leaf(t, 0.0, 1.0)
    y = Exp.apply(x)
    first, = t.autograd.grad(y.sum(), x, create_graph=True)
    assert first.tolist() == y.tolist()
    # The saved result has its history: its second derivative is its value too.
    assert t.autograd.grad(first.sum(), x)[0].tolist() == y.tolist()
    assert t.autograd.gradcheck(Exp.apply, (x,)) and t.autograd.gradgradcheck(Exp.apply, (x,))


def test_arguments_that_are_changed_in_place(t):
    class Double(t.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.mark_dirty(x)
            x.mul_(2)
            return x

        @staticmethod
        def backward(ctx, grad):
            return grad * 2

    x = leaf(t, 1.0, 3.0)
    y = x * 5
    version = y._version
    z = Double.apply(y)
    assert z is y and y._version > version and y.grad_fn.name() == "DoubleBackward"
    (y * y).sum().backward()
    assert x.grad.tolist() == [200.0, 600.0]
    # What another function has saved before is missed.
    y = x * 1
    z = y.sin()
    Double.apply(y)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        z.sum().backward()
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad has been used in an in-place operation."):
        Double.apply(x)
    # A part of a tensor, which changes with it.
    base = leaf(t, 1.0, 3.0) * 1
    Double.apply(base[1:])
    assert base.tolist() == [1, 6]
    assert base.grad_fn is not None and "Mul" not in base.grad_fn.name()


def test_a_changed_part_changes_the_gradients_of_the_whole(t):
    class Triple(t.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.mark_dirty(x)
            return x.mul_(3)

        @staticmethod
        def backward(ctx, grad):
            return grad * 3

    x = leaf(t, 1.0, 2.0)
    y = x * 1
    Triple.apply(y[1:])
    y.sum().backward()
    assert x.grad.tolist() == [1, 3]


def test_what_is_changed_has_to_be_returned(t):
    class Bad(t.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.mark_dirty(x)
            return x * 2

        @staticmethod
        def backward(ctx, grad):
            return grad

    with pytest.raises(RuntimeError, match="Some elements marked as dirty during the forward method were not returned as "
                                           "output. The inputs that are modified inplace must all be outputs of the "
                                           "Function."):
        Bad.apply(leaf(t, 1.0) * 1)


def test_results_without_gradients(t):
    given = []

    class Sort(t.autograd.Function):
        @staticmethod
        def forward(ctx, x, materializes):
            ctx.set_materialize_grads(materializes)
            sorted, index = x.sort()
            floor = sorted.floor()
            ctx.mark_non_differentiable(index, floor)
            ctx.save_for_backward(index)
            return sorted, index, floor, sorted * 2, "text"

        @staticmethod
        def backward(ctx, *grads):
            given.append([None if g is None else g.tolist() for g in grads])
            index, = ctx.saved_tensors
            return t.zeros(2, dtype=t.float64).scatter(0, index, grads[0]), None

    x = leaf(t, 3.5, 1.5)
    sorted, index, floor, twice, text = Sort.apply(x, True)
    assert [r.requires_grad for r in (sorted, index, floor, twice)] == [True, False, False, True] and text == "text"
    (sorted * t.tensor([1.0, 2.0])).sum().backward()
    assert x.grad.tolist() == [2, 1]
    Sort.apply(x, False)[0].sum().backward()
    assert given == [[[1, 2], [0, 0], [0, 0], [0, 0], None], [[1, 1], None, None, None, None]]


def test_which_arguments_want_gradients(t):
    seen = []

    class Product(t.autograd.Function):
        @staticmethod
        def forward(ctx, a, b, scale, names):
            ctx.save_for_backward(a, b, None)
            ctx.scale = scale
            return a * b * scale

        @staticmethod
        def backward(ctx, grad):
            seen.append(ctx.needs_input_grad)
            a, b, nothing = ctx.saved_tensors
            assert nothing is None
            of_a = grad * b * ctx.scale if ctx.needs_input_grad[0] else None
            of_b = grad * a * ctx.scale if ctx.needs_input_grad[1] else None
            return of_a, of_b, None, None

    a, b = leaf(t, 2.0), leaf(t, 3.0)
    y = Product.apply(a, b.detach(), 2.0, ["any", {"thing": None}])
    assert y.grad_fn.scale == 2.0 and y.grad_fn.needs_input_grad == (True, False, False, False)
    y.backward()
    Product.apply(a, b, 1.0, None).backward()
    assert seen == [(True, False, False, False), (True, True, False, False)]
    assert a.grad.tolist() == [9] and b.grad.tolist() == [2]
    assert not Product.apply(a.detach(), b.detach(), 1.0, None).requires_grad
    with t.no_grad():
        assert not Product.apply(a, b, 1.0, None).requires_grad


def test_forward_and_context_apart(t):
    class Power(t.autograd.Function):
        @staticmethod
        def forward(x, exponent):
            return x ** exponent

        @staticmethod
        def setup_context(ctx, inputs, output):
            x, ctx.exponent = inputs
            ctx.save_for_backward(x)
            assert output.tolist() == (x ** ctx.exponent).tolist()

        @staticmethod
        def vjp(ctx, grad):
            x, = ctx.saved_tensors
            return grad * ctx.exponent * x ** (ctx.exponent - 1), None

    x = leaf(t, 2.0, 3.0)
    Power.apply(x, 3).sum().backward()
    assert x.grad.tolist() == [12, 27]


def test_gradients_that_have_none(t):
    class Square(t.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        @t.autograd.function.once_differentiable
        def backward(ctx, grad):
            assert not t.is_grad_enabled()
            return ctx.saved_tensors[0] * 2 * grad

    x = leaf(t, 2.0)
    Square.apply(x).backward()
    assert x.grad.tolist() == [4]
    first, = t.autograd.grad(Square.apply(x * 1), x, t.ones(1, dtype=t.float64, requires_grad=True), create_graph=True)
    assert first.tolist() == [4] and first.requires_grad
    with pytest.raises(RuntimeError, match="trying to differentiate twice a function that was marked with "
                                           "@once_differentiable"):
        first.backward()


def test_arguments_that_come_back(t):
    class Reversal(t.autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            return x, y.view_as(y)

        @staticmethod
        def backward(ctx, of_x, of_y):
            return -of_x, -of_y

    x, y = leaf(t, 1.0), leaf(t, 2.0)
    a, b = Reversal.apply(x, y)
    assert a is not x and a.grad_fn.name() == "ReversalBackward" and a.data_ptr() == x.data_ptr()
    (a * b).backward()
    assert x.grad.tolist() == [-2] and y.grad.tolist() == [-1] and x.is_leaf


def test_mistakes_of_backward(t):
    def function(result):
        class Wrong(t.autograd.Function):
            @staticmethod
            def forward(ctx, x, factor):
                return x * factor

            @staticmethod
            def backward(ctx, grad):
                return result(grad)

        return Wrong.apply(leaf(t, 1.0), 2.0)

    function(lambda g: (g, None, None, None)).backward()
    for result, message in [
            (lambda g: g, r"function WrongBackward returned an incorrect number of gradients \(expected 2, got 1\)"),
            (lambda g: (g, g), "function WrongBackward returned a gradient different than None at position 2, but the "
                               "corresponding forward input was not a Variable")]:
        with pytest.raises(RuntimeError, match=message):
            function(result).backward()
    with pytest.raises(RuntimeError, match="expected Variable or None .got int."):
        function(lambda g: (3, None)).backward()
    with pytest.raises(ZeroDivisionError):
        function(lambda g: 1 / 0).backward()


def test_saved_tensors_want_gradients_as_they_did(t):
    seen = []

    class Saves(t.autograd.Function):
        @staticmethod
        def forward(ctx, x, y, z):
            result = x * y * z
            ctx.save_for_backward(x, y, z, result)
            return result

        @staticmethod
        def backward(ctx, grad):
            seen.append([v.requires_grad for v in ctx.saved_tensors])
            return grad, None, None

    x = leaf(t, 1.0)
    Saves.apply(x, x * 2, x.detach()).backward()
    assert seen == [[True, True, False, True]]


def test_saved_tensors_are_freed_and_watched(t):
    class Square(t.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, grad):
            return ctx.saved_tensors[0] * 2 * grad

    x = leaf(t, 2.0)
    y = Square.apply(x)
    assert y.grad_fn.saved_tensors[0].tolist() == [2]
    y.backward()
    with pytest.raises(RuntimeError, match="Trying to backward through the graph a second time"):
        y.backward()
    middle = x * 1
    y = Square.apply(middle)
    middle.add_(1)
    with pytest.raises(RuntimeError, match="one of the variables needed for gradient computation has been modified by an "
                                           "inplace operation"):
        y.backward()


def test_a_saved_result_keeps_nothing_alive(t):
    class Exp(t.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.note = Note()
            notes.append(weakref.ref(ctx.note))
            y = x.exp()
            ctx.save_for_backward(x, y)
            return y

        @staticmethod
        def backward(ctx, grad):
            return grad * ctx.saved_tensors[1]

    class Note:
        pass

    notes = []
    gc.disable()
    try:
        Exp.apply(leaf(t, 1.0))
        assert notes[0]() is None
    finally:
        gc.enable()
