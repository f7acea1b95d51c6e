"""Classes that derive from torch.Tensor, and modes of torch.overrides."""
import copy
import io
import pickle
import threading

import pytest

import wick


class Tagged(wick.Tensor):
    pass


def tagged(t):
    return Tagged if t is wick else type("Tagged", (t.Tensor,), {})


def test_results_keep_the_class(t):
    M = tagged(t)
    a = t.ones(3).as_subclass(M)
    kept = [a + 1, 1 - a, 2 / a, a**2, a @ a, -a, a > 0, a == 1, ~(a > 0), a[0], a[a > 0], a.sum(), a.T, a.data, a.to(t.float64), a.new_zeros(2), a.detach(),
            t.add(t.ones(3), a), t.stack([a, t.ones(3)]), t.nn.functional.relu(a), t.nn.functional.softmax(a, 0), t.nn.Linear(3, 2)(a),
            t.zeros_like(a), a.clone().requires_grad_(), *a.split(1), *a, *iter(a), a.max(0).values, t.nn.functional.mse_loss(a, a), a.add_(0)]
    assert [type(one) is M for one in kept] == [True] * len(kept)
    assert type(a.shape) is t.Size and a.tolist() == [1, 1, 1] and len(a) == 3 and bool(a[0]) and float(a[0]) == 1 and a.sum().item() == 3
    assert isinstance(a.max(0), tuple) and a.max(0).indices.item() == 0
    assert type(t.ones(3) + 1) is t.Tensor and type(t.nn.Parameter(t.ones(1)) * 1) is t.Tensor
    assert type(a.numpy()).__name__ == "ndarray"


def test_how_they_are_made(t):
    class Named(t.Tensor):
        @staticmethod
        def __new__(cls, data, name=None):
            return super().__new__(cls, data)

        def __init__(self, data, name=None):
            self.name_of_it = name

    class Made(t.Tensor):
        def __new__(cls, x):
            return t.Tensor._make_subclass(cls, x, True)

    M = tagged(t)
    one = Named([1.0, 2.0], name="x")
    assert (type(one), one.name_of_it, one.tolist()) == (Named, "x", [1, 2]) and not hasattr(one + 1, "name_of_it")
    assert M(2, 3).shape == (2, 3) and M([1, 2]).tolist() == [1, 2] and M().shape == (0,) and type(M(t.ones(2))) is M
    made = Made(t.ones(2))
    assert made.requires_grad and made.is_leaf and type(made * 2) is Made
    (made * 2).sum().backward()
    assert made.grad.tolist() == [2, 2]
    source = t.ones(2, requires_grad=True)
    (source.as_subclass(M) * 3).sum().backward()
    assert source.grad.tolist() == [3, 3]
    with pytest.raises(TypeError):
        t.ones(1).as_subclass(int)
    assert isinstance(made, t.Tensor) and type(t.Tensor(made)) is t.Tensor


def test_texts(t):
    M = type("Masked", (t.Tensor,), {})
    assert repr(t.ones(3).as_subclass(M)) == "Masked([1., 1., 1.])"
    assert repr(t.ones(2, 2).as_subclass(M)) == "Masked([[1., 1.],\n        [1., 1.]])"
    assert repr(t.nn.Parameter(t.ones(1).as_subclass(M))) == "Parameter(Masked([1.], requires_grad=True))"
    assert repr(t.nn.Parameter(t.ones(1))) == "Parameter containing:\ntensor([1.], requires_grad=True)"
    assert repr(t.nn.Buffer(t.ones(1))) == "tensor([1.])"


def test_parameters_and_buffers_of_a_class(t):
    M = tagged(t)
    p = t.nn.Parameter(t.ones(2).as_subclass(M))
    assert type(p) is M and isinstance(p, t.nn.Parameter) and p.requires_grad and not isinstance(t.ones(2).as_subclass(M), t.nn.Parameter)
    net = t.nn.Module()
    net.p, net.b = p, t.nn.Buffer(t.zeros(2).as_subclass(M), persistent=False)
    assert [name for name, _ in net.named_parameters()] == ["p"] and [name for name, _ in net.named_buffers()] == ["b"]
    assert type(net.b) is M and list(net.state_dict()) == ["p"]
    assert type(t.nn.Buffer(t.ones(1))) is t.Tensor and isinstance(t.nn.Buffer(t.ones(1)), t.nn.Buffer)
    assert not isinstance(t.ones(1), t.nn.Buffer)


def test_copies_and_pickles():
    a = wick.ones(2, 2).as_subclass(Tagged)
    a.tag = ["x"]
    for made in (copy.copy(a), copy.deepcopy(a), pickle.loads(pickle.dumps(a)), pickle.loads(pickle.dumps(a, protocol=2))):
        assert type(made) is Tagged and made.tag == ["x"] and made.tolist() == [[1, 1], [1, 1]]
    assert copy.deepcopy(a).tag is not a.tag and copy.copy(a).tag is a.tag
    plain = wick.ones(1)
    plain.tag = 3
    assert copy.deepcopy(plain).tag == 3 == pickle.loads(pickle.dumps(plain)).tag
    for value in (a, {"state": [a]}):
        file = io.BytesIO()
        wick.save(value, file)
        file.seek(0)
        made = wick.load(file, weights_only=False)
        made = made if value is a else made["state"][0]
        assert type(made) is Tagged and made.tag == ["x"]
    file.seek(0)
    with pytest.raises(wick.ArchiveError):
        wick.load(file)
    with wick.serialization.safe_globals([Tagged]):
        file.seek(0)
        assert type(wick.load(file)["state"][0]) is Tagged


def test_own_torch_function(t):
    seen = []

    class Logged(t.Tensor):
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            seen.append(t.overrides.resolve_name(func))
            if func is t.nn.functional.gelu:
                return "mine"
            return super().__torch_function__(func, types, args, kwargs or {})

    a = t.ones(3).as_subclass(Logged)
    for call in (lambda: a + 1, lambda: 1 + a, lambda: a * 2, lambda: a.relu(), lambda: t.exp(a), lambda: a.shape, lambda: a[0], lambda: t.cat([a, a]),
                 lambda: t.nn.functional.relu(a), lambda: t.nn.functional.cross_entropy(a, a), lambda: a.size(), lambda: a.mean(dim=0), lambda: 2 - a):
        call()
    assert seen == ["torch.Tensor.add", "torch.Tensor.add", "torch.Tensor.mul", "torch.Tensor.relu", "torch.exp", "torch.Tensor.shape.__get__",
                    "torch.Tensor.__getitem__", "torch.cat", "torch.nn.functional.relu", "torch.nn.functional.cross_entropy", "torch.Tensor.size",
                    "torch.Tensor.mean", "torch.Tensor.__rsub__"]
    assert t.nn.functional.gelu(a) == "mine" and t.nn.functional.gelu(t.zeros(1)).item() == 0
    seen.clear()
    with t._C.DisableTorchFunctionSubclass():
        assert type(a + 1) is t.Tensor
    assert seen == []
    other = t.ones(3).as_subclass(tagged(t))
    with pytest.raises(TypeError):
        t.add(a, other)
    with pytest.raises(TypeError):
        a + other


def test_derived_classes_go_first(t):
    class Base(t.Tensor):
        pass

    class Derived(Base):
        pass

    a, b = t.ones(2).as_subclass(Base), t.ones(2).as_subclass(Derived)
    assert type(a + b) is Derived is type(b + a) and type(t.stack([a, b])) is Derived


def test_disabled(t):
    class Plain(t.Tensor):
        __torch_function__ = t._C._disabled_torch_function_impl

    a = t.ones(2).as_subclass(Plain)
    assert type(a + 1) is t.Tensor and not t.overrides.has_torch_function((a,)) and a.add_(1) is a


def test_modes(t):
    seen = []

    class Log(t.overrides.TorchFunctionMode):
        def __init__(self, name):
            self.name = name

        def __torch_function__(self, func, types, args=(), kwargs=None):
            seen.append((self.name, t.overrides.resolve_name(func)))
            return func(*args, **(kwargs or {}))

    with Log("outer"), Log("inner"):
        t.ones(2).add(1)
    assert seen == [("inner", "torch.ones"), ("outer", "torch.ones"), ("inner", "torch.Tensor.add"), ("outer", "torch.Tensor.add")]
    seen.clear()
    with Log("a"), t._C.DisableTorchFunctionSubclass():
        t.ones(1)
    with Log("b"), t._C.DisableTorchFunction():
        t.ones(1)
    assert seen == [("a", "torch.ones")]

    class Change(t.overrides.TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            return func(*args, **{**(kwargs or {}), "dtype": t.float64}) if func is t.zeros else func(*args, **(kwargs or {}))

    with Change() as mode:
        assert t.zeros(1).dtype == t.float64 and t.overrides._get_current_function_mode() is mode
    assert t.zeros(1).dtype == t.float32 and t.overrides._get_current_function_mode() is None

    class Fails(t.overrides.TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"), Fails():
        t.ones(1) + 1
    assert t.ones(1).item() == 1
    # A mode is of its thread.
    found = []
    with Change():
        worker = threading.Thread(target=lambda: found.append(t.zeros(1).dtype))
        worker.start()
        worker.join()
    assert found == [t.float32]


def test_names_of_functions(t):
    o = t.overrides
    assert [o.resolve_name(f) for f in (t.Tensor.add, t.add, t.Tensor.shape.__get__, t.nn.functional.relu, t.linalg.norm, t.fft.fft, print)] == [
        "torch.Tensor.add", "torch.add", "torch.Tensor.shape.__get__", "torch.nn.functional.relu", "torch.linalg.norm", "torch.fft.fft", None]
    functions = o.get_overridable_functions()
    assert t.add in functions[t] and t.nn.functional.relu in functions[t.nn.functional] and t.Tensor.add in functions[t.Tensor]
    assert o.is_tensor_method_or_property(t.Tensor.add) and not o.is_tensor_method_or_property(t.add)
    assert t.ones in o.get_ignored_functions() and o.get_testing_overrides()[t.add](1, 2) == -1

    @o.wrap_torch_function(lambda a, b=None: (a, b))
    def both(a, b=None):
        return a

    assert type(both(t.ones(1), t.ones(1).as_subclass(tagged(t)))) is not t.Tensor and type(both(t.ones(1))) is t.Tensor


def test_threads_and_garbage():
    import gc
    import weakref

    a = wick.ones(2).as_subclass(Tagged)
    a.self = a
    gone = weakref.ref(a)
    del a
    gc.collect()
    assert gone() is None
