"""What nobody can reach any more is freed: at once where nothing refers to itself, else by Python's collector."""
import gc
import os
import sys
import weakref

import pytest

import wick
from wick import nn


class Note:
    """What is left behind, to be seen going."""


def outlives(make, collects):
    """Whether a note that `make` has given to its objects is still there, after a collection if `collects`."""
    note = Note()
    seen = weakref.ref(note)
    gc.collect()
    gc.disable()
    try:
        make(note)
        del note
        if collects:
            gc.collect()
        return seen() is not None
    finally:
        gc.enable()


def leaf(*sizes):
    return wick.ones(sizes or (2,), requires_grad=True)


class Twice(wick.autograd.Function):
    @staticmethod
    def forward(ctx, x, note):
        ctx.note = note
        y = x * 2
        ctx.save_for_backward(x, y)
        return y

    @staticmethod
    def backward(ctx, grad):
        return grad * 2, None


def hook_of_a_result(note):
    y = leaf() * 2
    y.register_hook(lambda g, note=note: None)


def custom_function(note):
    x = leaf()
    for _ in range(10):
        x = Twice.apply(x, note)


def custom_function_after_backward(note):
    x = leaf()
    Twice.apply(x, note).sum().backward()


def module_that_keeps_its_result(note):
    net = nn.Linear(2, 2)
    net.note = note
    net.last = net(leaf(1, 2))


def functions_of_an_optimizer(note):
    net = nn.Linear(2, 2)
    net.note = note
    optimizer = wick.optim.Adam(net.parameters())

    def closure():
        optimizer.zero_grad()
        loss = net(wick.ones(1, 2)).sum()
        loss.backward()
        return loss if note else None

    optimizer.step(closure)


def scripted_module(note):
    net = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    net.note = note
    scripted = wick.jit.script(net)
    scripted(leaf(1, 2)).sum().backward()


def traced_module(note):
    net = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    net.note = note
    wick.jit.trace(net, wick.ones(1, 2))(leaf(1, 2)).sum().backward()


def removed_hook(note):
    net = nn.Linear(2, 2)
    net.register_forward_hook(lambda *args, note=note: None).remove()
    handle = net.weight.register_hook(lambda g, note=note: None)
    handle.remove()
    kept.append(net)


kept = []


@pytest.mark.parametrize("make", [
    hook_of_a_result, custom_function, custom_function_after_backward, module_that_keeps_its_result,
    functions_of_an_optimizer, scripted_module, traced_module, removed_hook], ids=lambda f: f.__name__)
def test_what_does_not_refer_to_itself_goes_at_once(make):
    collects = make in (functions_of_an_optimizer, traced_module)  # closures and modules that refer to themselves
    assert not outlives(make, collects)


def hook_that_knows_its_tensor(note):
    y = leaf() * 2
    y.register_hook(lambda g, note=note: y.sum())


def hook_that_knows_its_leaf(note):
    x = leaf()
    x.register_hook(lambda g, note=note: x.sum())


def hook_of_a_parameter_that_knows_its_module(note):
    net = nn.Linear(2, 2)
    net.note = note
    net.weight.register_hook(lambda g: net.bias)
    net(leaf(1, 2)).sum().backward()


def context_that_keeps_its_result(note):
    class Keeps(Twice):
        @staticmethod
        def forward(ctx, x, note):
            ctx.note = note
            ctx.result = x * 2
            return ctx.result

    Keeps.apply(leaf(), note)


def hooks_of_a_module_that_know_it(note):
    net = nn.Linear(2, 2)
    net.note = note
    net.register_forward_pre_hook(lambda *args: net and None)
    net.register_forward_hook(lambda *args: net and None)
    net.register_full_backward_hook(lambda *args: net and None)
    net(leaf(1, 2)).sum().backward()


def module_that_knows_its_parent(note):
    parent = nn.Sequential(nn.Linear(2, 2))
    parent.note = note
    object.__setattr__(parent[0], "parent", parent)
    parent(leaf(1, 2)).sum().backward()


@pytest.mark.parametrize("make", [
    hook_that_knows_its_tensor, hook_that_knows_its_leaf, hook_of_a_parameter_that_knows_its_module,
    context_that_keeps_its_result, hooks_of_a_module_that_know_it, module_that_knows_its_parent],
    ids=lambda f: f.__name__)
def test_cycles_are_collected(make):
    assert not outlives(make, collects=True)


def test_what_others_hold_is_not_collected():
    x = leaf()
    x.register_hook(lambda g: x * 0 + g * 3)
    y = x * 2
    handle = y.register_hook(lambda g, y=y: g * 5 + y * 0)
    z = Twice.apply(y, None).sum()
    del y
    gc.collect()
    z.backward()
    assert x.grad.tolist() == [60, 60]
    handle.remove()


def resident_bytes():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


net = nn.Sequential(nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 1))
scripted = wick.jit.script(nn.Sequential(nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 1)))
optimizer = wick.optim.Adam([*net.parameters(), *scripted.parameters()])


def training_step():
    optimizer.zero_grad()
    x = wick.rand(4, 16)
    (net(x).square().mean() + scripted(x).square().mean()).backward()
    optimizer.step()


def second_order_step():
    x = leaf(16)
    slope, = wick.autograd.grad(net(x).sum(), x, create_graph=True)
    wick.autograd.grad(slope.square().sum(), list(net.parameters()), allow_unused=True)


def custom_step():
    x = leaf(64)
    y = Twice.apply(x, [])
    y.register_hook(lambda g: g * 2)
    y.sum().backward()


def failing_step():
    x = leaf(64)
    y = Twice.apply(x, [])
    with pytest.raises(RuntimeError):
        y.backward()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@pytest.mark.parametrize("step", [training_step, second_order_step, custom_step, failing_step], ids=lambda f: f.__name__)
def test_memory_stays_flat(step):
    for _ in range(1000):
        step()
    gc.collect()
    before = resident_bytes()
    for _ in range(10000):
        step()
    gc.collect()
    # A leak of 100 bytes a step would be a megabyte.
    assert resident_bytes() - before < 800_000


def test_objects_stay_as_many():
    """Python's own objects, which resident memory does not show one by one."""
    for step in (training_step, second_order_step, custom_step):
        for _ in range(20):
            step()
        gc.collect()
        before = len(gc.get_objects())
        for _ in range(200):
            step()
        gc.collect()
        assert len(gc.get_objects()) - before < 20
