"""Optimizers: numbers and states beside PyTorch's over ten steps, what they accept, how they continue."""
import copy
import math
import pickle

import numpy as np
import pytest

import wick
from wick import nn, optim

# name, options
CASES = [
    ("SGD", dict(lr=0.1)),
    ("SGD", dict(lr=0.1, momentum=0.9)),
    ("SGD", dict(lr=0.1, momentum=0.9, dampening=0.3, weight_decay=0.1, maximize=True)),
    ("SGD", dict(lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.05)),
    ("Adam", dict(lr=0.05)),
    ("Adam", dict(lr=0.05, betas=(0.3, 0.8), eps=1e-3, weight_decay=0.1, maximize=True)),
    ("Adam", dict(lr=0.05, amsgrad=True)),
    ("AdamW", dict(lr=0.05)),
    ("AdamW", dict(lr=0.05, weight_decay=0.3, amsgrad=True)),
    ("RMSprop", dict(lr=0.02)),
    ("RMSprop", dict(lr=0.02, alpha=0.4, momentum=0.7, weight_decay=0.1)),
    ("RMSprop", dict(lr=0.02, centered=True, maximize=True)),
    ("RMSprop", dict(lr=0.02, centered=True, momentum=0.5)),
    ("Adagrad", dict(lr=0.2)),
    ("Adagrad", dict(lr=0.2, lr_decay=0.1, weight_decay=0.1, initial_accumulator_value=0.3, maximize=True)),
    ("Adadelta", dict()),
    ("Adadelta", dict(lr=0.5, rho=0.6, eps=1e-3, weight_decay=0.1, maximize=True)),
    ("Adamax", dict(lr=0.05)),
    ("Adamax", dict(lr=0.05, betas=(0.3, 0.8), eps=1e-3, weight_decay=0.1, maximize=True)),
    ("NAdam", dict(lr=0.05)),
    ("NAdam", dict(lr=0.05, betas=(0.3, 0.8), weight_decay=0.1, momentum_decay=0.1, maximize=True)),
    ("NAdam", dict(lr=0.05, weight_decay=0.3, decoupled_weight_decay=True)),
    ("RAdam", dict(lr=0.05)),  # five steps without the mean square
    ("RAdam", dict(lr=0.05, betas=(0.3, 0.8), weight_decay=0.1, maximize=True)),
    ("RAdam", dict(lr=0.05, weight_decay=0.3, decoupled_weight_decay=True)),
    ("Rprop", dict()),
    ("Rprop", dict(lr=0.1, etas=(0.3, 1.5), step_sizes=(0.05, 0.2), maximize=True)),
    ("ASGD", dict(lr=0.1)),
    ("ASGD", dict(lr=0.1, lambd=0.1, alpha=0.5, t0=4, weight_decay=0.1, maximize=True)),
    ("Adafactor", dict(lr=0.05)),
    ("Adafactor", dict(lr=0.3, beta2_decay=-0.5, eps=(1e-4, 0.5), d=1.5, weight_decay=0.1, maximize=True)),
    ("LBFGS", dict(lr=0.3, max_iter=4)),
    ("LBFGS", dict(lr=0.5, max_iter=5, history_size=3)),
    ("LBFGS", dict(line_search_fn="strong_wolfe", max_iter=6)),
]


def problem(lib, dtype):
    """Two parameters, and a loss of them that is no parabola."""
    random = np.random.default_rng(0)
    first = lib.tensor(random.standard_normal((7, 5)).tolist(), dtype=getattr(lib, dtype), requires_grad=True)
    second = lib.tensor(random.standard_normal(33).tolist(), dtype=getattr(lib, dtype), requires_grad=True)

    def loss():
        return (first.tanh() ** 2).sum() + (first * first).sum() * 0.1 + ((second - 1) ** 2).sum() * (second[0] ** 2 + 1)

    return [first, second], loss


def run(lib, name, options, dtype, steps=10):
    params, loss = problem(lib, dtype)
    optimizer = getattr(lib.optim, name)(params, **options)

    def closure():
        optimizer.zero_grad()
        value = loss()
        value.backward()
        return value

    losses = [float(optimizer.step(closure)) for _ in range(steps)]
    return params, losses, optimizer


def close(ours, theirs, dtype):
    tolerance = dict(float32=2e-5, float64=1e-11)[dtype]
    np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name, options", CASES)
def test_ten_steps_give_pytorchs_numbers(torch, name, options, dtype):
    ours, our_losses, optimizer = run(wick, name, options, dtype)
    theirs, their_losses, oracle = run(torch, name, options, dtype)
    np.testing.assert_allclose(our_losses, their_losses, rtol=1e-4 if dtype == "float32" else 1e-10)
    for our, their in zip(ours, theirs):
        close(our, their, dtype)
    # What is kept has PyTorch's names and numbers.
    for our, their in zip(ours, theirs):
        if their not in oracle.state:
            assert our not in optimizer.state
            continue
        kept = {name: value for name, value in oracle.state[their].items() if name != "al" and value is not None}
        assert optimizer.state[our].keys() == kept.keys()
        for name, value in kept.items():
            if isinstance(value, torch.Tensor) and isinstance(optimizer.state[our][name], wick.Tensor):
                close(optimizer.state[our][name], value, dtype)


@pytest.mark.parametrize("name, options", CASES)
def test_either_continues_what_the_other_began(torch, name, options):
    ours, _, optimizer = run(wick, name, options, "float64", steps=3)
    theirs, _, oracle = run(torch, name, options, "float64", steps=3)
    loaded = oracle.state_dict()
    loaded["state"] = {key: {n: to_wick(v) for n, v in state.items()} for key, state in loaded["state"].items()}
    optimizer.load_state_dict(loaded)
    saved = run(wick, name, options, "float64", steps=3)[2].state_dict()
    saved["state"] = {key: {n: to_torch(torch, v) for n, v in state.items()} for key, state in saved["state"].items()}
    oracle.load_state_dict(saved)
    for lib, params, optimizer in ((wick, ours, optimizer), (torch, theirs, oracle)):
        for param in params:
            param.grad = lib.ones_like(param)
        optimizer.step(lambda: lib.tensor(1.0))
    for our, their in zip(ours, theirs):
        close(our, their, "float64")


@pytest.mark.parametrize("name, options", CASES)
def test_files_of_either_are_read_by_the_other(torch, name, options, tmp_path):
    made = {lib: run(lib, name, options, "float32", steps=3)[2] for lib in (wick, torch)}
    for writer, reader in ((wick, torch), (torch, wick)):
        writer.save(made[writer].state_dict(), tmp_path / "optimizer.pt")
        state = reader.load(tmp_path / "optimizer.pt")
        params, loss, optimizer = run(reader, name, options, "float32", steps=1)
        optimizer.load_state_dict(state)
        kept, = [kept for param, kept in optimizer.state.items() if param is params[0]] or [None]
        wanted = made[writer].state_dict()["state"].get(0)
        assert (kept is None) == (wanted is None)
        if kept is not None:
            assert float(kept.get("step", kept.get("n_iter", 0))) == float(wanted.get("step", wanted.get("n_iter", 0)))
        optimizer.step(lambda: reader.tensor(1.0))


def to_wick(value):
    if hasattr(value, "numpy"):
        return wick.tensor(value.numpy())
    return [to_wick(v) for v in value if v is not None] if isinstance(value, list) else value


def to_torch(torch, value):
    if isinstance(value, wick.Tensor):
        return torch.tensor(value.numpy())
    return [to_torch(torch, v) for v in value] if isinstance(value, list) else value


def test_steps_without_pytorch():
    p = wick.tensor([1.0, -2.0], requires_grad=True)
    p.grad = wick.tensor([1.0, -2.0])
    sgd = optim.SGD([p], lr=0.5, momentum=0.5)
    sgd.step()
    assert p.tolist() == [0.5, -1.0]
    sgd.step()
    assert p.tolist() == [-0.25, 0.5]
    assert sgd.state[p]["momentum_buffer"].tolist() == [1.5, -3.0]
    adam = optim.Adam([p], lr=0.25, eps=0)
    adam.step()
    np.testing.assert_allclose(p.tolist(), [-0.5, 0.75], rtol=1e-6)
    assert adam.state[p]["step"].item() == 1


# The factor by which the loss shrinks in twenty steps is the optimizer's own.
@pytest.mark.parametrize("name, lr", [("SGD", 0.1), ("Adam", 0.1), ("AdamW", 0.1), ("RMSprop", 0.1), ("Adagrad", 0.1), ("LBFGS", 0.1),
                                      ("Adadelta", 10), ("Adamax", 0.1), ("NAdam", 0.1), ("RAdam", 0.1), ("Rprop", 0.05),
                                      ("ASGD", 0.1)])
def test_a_network_learns(name, lr):
    net = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 1))
    x = wick.tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    y = wick.tensor([[0.0], [1], [1], [0]])
    optimizer = getattr(optim, name)(net.parameters(), lr=lr)

    def closure():
        optimizer.zero_grad()
        loss = ((net(x) - y) ** 2).mean()
        loss.backward()
        return loss

    first = closure().item()
    for _ in range(20):
        last = optimizer.step(closure).item()
    assert last < first / 2


def test_parameters_of_any_layout_and_dtype_are_changed_where_they_are():
    base = wick.zeros(4, 6)
    turned = base.t()[1:3].detach().requires_grad_()
    half = wick.zeros(5, dtype=wick.bfloat16, requires_grad=True)
    number = wick.zeros(3, dtype=wick.complex64, requires_grad=True)
    without = wick.zeros(2, requires_grad=True)
    for p in (turned, half, number):
        p.grad = wick.ones_like(p)
    before = turned.data_ptr()
    optim.Adagrad([turned, half, number, without], lr=1.0).step()
    assert turned.data_ptr() == before
    assert base.sum().item() == -8 and base[:, 0].sum().item() == 0
    assert half.tolist() == [-1] * 5 and number.tolist() == [-1] * 3 and without.tolist() == [0, 0]
    expanded = wick.zeros(3, requires_grad=True)
    expanded.sum().backward()
    optim.SGD([expanded], lr=1).step()
    assert expanded.tolist() == [-1, -1, -1]


def test_groups():
    a, b, c = (wick.zeros(1, requires_grad=True) for _ in range(3))
    sgd = optim.SGD([{"params": [a]}, {"params": b, "lr": 2.0}], lr=1.0)
    sgd.add_param_group({"params": [("c", c)], "lr": 3})
    for p in (a, b, c):
        p.grad = wick.ones(1)
    sgd.step()
    assert [a.item(), b.item(), c.item()] == [-1, -2, -3]
    assert sgd.param_groups[2]["param_names"] == ["c"]
    sgd.param_groups[0]["lr"] = wick.tensor(0.5)
    sgd.step()
    assert a.item() == -1.5
    assert "Parameter Group 1\n    dampening: 0" in repr(sgd)
    with pytest.raises(ValueError, match="more than one parameter group"):
        sgd.add_param_group({"params": [a]})
    with pytest.raises(ValueError, match="non-leaf"):
        sgd.add_param_group({"params": [a * 2]})
    with pytest.raises(TypeError, match="can only optimize Tensors"):
        sgd.add_param_group({"params": [1]})


@pytest.mark.parametrize("make, message", [
    (lambda p: optim.SGD(p, lr=-1), "Invalid learning rate: -1"),
    (lambda p: optim.SGD(p, nesterov=True), "Nesterov momentum requires"),
    (lambda p: optim.Adam(p, betas=(1.0, 0.9)), "Invalid beta parameter at index 0: 1"),
    (lambda p: optim.RMSprop(p, eps=-1.0), "Invalid epsilon value"),
    (lambda p: optim.Adagrad(p, lr_decay=-1.0), "Invalid lr_decay value"),
    (lambda p: optim.Adadelta(p, rho=1.5), "Invalid rho value: 1.5"),
    (lambda p: optim.Adamax(p, betas=(0.9, 1.0)), "Invalid beta parameter at index 1: 1"),
    (lambda p: optim.NAdam(p, momentum_decay=-1.0), "Invalid momentum_decay value: -1"),
    (lambda p: optim.RAdam(p, eps=-1.0), "Invalid epsilon value: -1"),
    (lambda p: optim.Rprop(p, etas=(1.5, 2.0)), "Invalid eta values: 1.5, 2"),
    (lambda p: optim.ASGD(p, weight_decay=-1), "Invalid weight_decay value: -1"),
    (lambda p: optim.LBFGS([{"params": p}, {"params": p}]), "per-parameter options"),
    (lambda p: optim.SGD([]), "empty parameter list"),
])
def test_wrong_options(make, message):
    with pytest.raises(ValueError, match=message):
        make([wick.zeros(1, requires_grad=True)])


def test_a_state_dict_continues_the_run():
    params, loss = problem(wick, "float64")
    adam = optim.Adam(params, lr=0.1)

    def steps(optimizer, loss, count):
        for _ in range(count):
            optimizer.zero_grad()
            loss().backward()
            optimizer.step()

    steps(adam, loss, 3)
    state = copy.deepcopy(adam.state_dict())
    assert state["param_groups"][0]["params"] == [0, 1] and set(state["state"]) == {0, 1}
    others, other_loss = problem(wick, "float64")
    for other, param in zip(others, params):
        other.data = param.detach().clone()
    other = optim.Adam(others)
    other.load_state_dict(pickle.loads(pickle.dumps(state)))
    assert other.param_groups[0]["lr"] == 0.1
    steps(adam, loss, 3)
    steps(other, other_loss, 3)
    assert all(wick.equal(a, b) for a, b in zip(params, others))
    with pytest.raises(ValueError, match="doesn't match the size"):
        optim.Adam(params[:1]).load_state_dict(state)


def test_hooks_and_optimizers_of_ones_own():
    class Sign(optim.Optimizer):
        def __init__(self, params, lr):
            super().__init__(params, dict(lr=lr))

        def step(self, closure=None):
            with wick.no_grad():
                for group in self.param_groups:
                    for p in group["params"]:
                        p -= group["lr"] * p.grad.sign()

    p = wick.tensor([1.0, -1.0], requires_grad=True)
    p.grad = wick.tensor([3.0, -3.0])
    own = Sign([p], lr=0.5)
    seen = []
    before = own.register_step_pre_hook(lambda optimizer, args, kwargs: seen.append("before"))
    own.register_step_post_hook(lambda optimizer, args, kwargs: seen.append("after"))
    own.step()
    before.remove()
    own.step()
    assert seen == ["before", "after", "after"] and p.tolist() == [0, 0]


def test_hooks_of_state_dicts(t):
    p = t.zeros(1, requires_grad=True)
    sgd, seen = t.optim.SGD([p], lr=1.0), []
    sgd.register_state_dict_pre_hook(lambda optimizer: seen.append(optimizer is sgd))
    handle = sgd.register_state_dict_post_hook(lambda optimizer, state: {**state, "more": 1})
    sgd.register_state_dict_post_hook(lambda optimizer, state: seen.append(sorted(state)))
    assert sgd.state_dict()["more"] == 1 and seen == [True, ["more", "param_groups", "state"]]
    handle.remove()
    state = sgd.state_dict()
    assert "more" not in state
    sgd.register_load_state_dict_pre_hook(lambda optimizer, state: state["param_groups"][0].update(lr=2.0))
    sgd.register_load_state_dict_post_hook(lambda optimizer: seen.append(optimizer.param_groups[0]["lr"]))
    sgd.load_state_dict(state)
    assert seen[-1] == 2.0


SCHEDULES = {
    "LambdaLR": lambda s, o: s.LambdaLR(o, [lambda e: 0.9**e, lambda e: 1 / (e + 1)]),
    "MultiplicativeLR": lambda s, o: s.MultiplicativeLR(o, lambda e: 0.95),
    "StepLR": lambda s, o: s.StepLR(o, 3, 0.5),
    "MultiStepLR": lambda s, o: s.MultiStepLR(o, [2, 5, 5], 0.5),
    "ConstantLR": lambda s, o: s.ConstantLR(o, 0.25, 4),
    "LinearLR": lambda s, o: s.LinearLR(o, 0.1, 0.9, 6),
    "ExponentialLR": lambda s, o: s.ExponentialLR(o, 0.8),
    "PolynomialLR": lambda s, o: s.PolynomialLR(o, 7, 2.0),
    "CosineAnnealingLR": lambda s, o: s.CosineAnnealingLR(o, 5, 0.01),
    "CosineAnnealingWarmRestarts": lambda s, o: s.CosineAnnealingWarmRestarts(o, 3, 2, 0.01),
    "CosineAnnealingWarmRestarts 1": lambda s, o: s.CosineAnnealingWarmRestarts(o, 4),
    "CyclicLR": lambda s, o: s.CyclicLR(o, 0.01, [0.2, 0.4], 4, 3),
    "CyclicLR triangular2": lambda s, o: s.CyclicLR(o, 0.01, 0.2, 3, mode="triangular2"),
    "CyclicLR exp_range": lambda s, o: s.CyclicLR(o, 0.01, 0.2, 3, mode="exp_range", gamma=0.9),
    "CyclicLR scale_fn": lambda s, o: s.CyclicLR(o, 0.01, 0.2, 3, scale_fn=lambda x: 0.5**x, cycle_momentum=False),
    "OneCycleLR": lambda s, o: s.OneCycleLR(o, 0.5, total_steps=20),
    "OneCycleLR three phases": lambda s, o: s.OneCycleLR(o, [0.5, 0.1], epochs=4, steps_per_epoch=5, three_phase=True,
                                                         anneal_strategy="linear"),
    "SequentialLR": lambda s, o: s.SequentialLR(o, [s.LinearLR(o, 0.1, total_iters=3), s.CosineAnnealingLR(o, 6),
                                                    s.ExponentialLR(o, 0.5)], [3, 9]),
    "ChainedScheduler": lambda s, o: s.ChainedScheduler([s.ConstantLR(o, 0.1, 3), s.ExponentialLR(o, 0.9)]),
}


def optimizer_with_two_groups(lib):
    a, b = (lib.zeros(1, requires_grad=True) for _ in range(2))
    return lib.optim.SGD([{"params": [a]}, {"params": [b], "lr": 0.3}], lr=0.1, momentum=0.9)


def rates(optimizer, scheduler, steps):
    found = []
    for _ in range(steps):
        optimizer.step()
        found.append([group["lr"] for group in optimizer.param_groups] + [group["momentum"] for group in optimizer.param_groups])
        scheduler.step()
    return found


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules_give_pytorchs_rates(torch, name):
    ours, theirs = optimizer_with_two_groups(wick), optimizer_with_two_groups(torch)
    found = rates(ours, SCHEDULES[name](optim.lr_scheduler, ours), 19)
    wanted = rates(theirs, SCHEDULES[name](torch.optim.lr_scheduler, theirs), 19)
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules_continue_from_a_state_dict(name):
    optimizer = optimizer_with_two_groups(wick)
    scheduler = SCHEDULES[name](optim.lr_scheduler, optimizer)
    rates(optimizer, scheduler, 4)
    other = optimizer_with_two_groups(wick)
    copy_of = SCHEDULES[name](optim.lr_scheduler, other)
    other.load_state_dict(optimizer.state_dict())
    copy_of.load_state_dict(scheduler.state_dict())
    assert copy_of.get_last_lr() == scheduler.get_last_lr()
    assert rates(optimizer, scheduler, 10) == rates(other, copy_of, 10)


@pytest.mark.parametrize("options", [dict(patience=1), dict(mode="max", patience=0, threshold_mode="abs", cooldown=2),
                                     dict(factor=0.5, patience=0, min_lr=[0.02, 0.2], threshold=0.1)])
def test_plateaus(torch, options):
    metrics = [1.0, 0.9, 0.95, 0.93, 0.89, 0.889, 2.0, 2.1, 2.0, 1.0, 0.5, 0.5, 0.5]
    found = {}
    for lib in (wick, torch):
        optimizer = optimizer_with_two_groups(lib)
        scheduler = lib.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **options)
        found[lib] = []
        for metric in metrics:
            optimizer.step()
            scheduler.step(lib.tensor(metric))
            found[lib].append(scheduler.get_last_lr())
    np.testing.assert_allclose(found[wick], found[torch], rtol=1e-12)


def test_a_schedule_warns_when_it_goes_before_the_optimizer():
    optimizer = optimizer_with_two_groups(wick)
    scheduler = optim.lr_scheduler.StepLR(optimizer, 1)
    with pytest.warns(UserWarning, match="before `optimizer.step"):
        scheduler.step()
    with pytest.raises(TypeError, match="is not an Optimizer"):
        optim.lr_scheduler.StepLR(3, 1)


def test_gradients_are_clipped():
    a, b = (wick.zeros(2, requires_grad=True) for _ in range(2))
    a.grad, b.grad = wick.tensor([3.0, 0.0]), wick.tensor([0.0, -4.0])
    assert nn.utils.clip_grad_norm_([a, b, wick.zeros(1, requires_grad=True)], 1.0).item() == 5
    np.testing.assert_allclose(a.grad.tolist() + b.grad.tolist(), [0.6, 0, 0, -0.8], rtol=1e-5)
    assert nn.utils.clip_grad_norm_([a, b], 10.0, norm_type=math.inf).item() == pytest.approx(0.8, rel=1e-5)
    nn.utils.clip_grad_value_([a, b], 0.5)
    np.testing.assert_allclose(a.grad.tolist() + b.grad.tolist(), [0.5, 0, 0, -0.5])
    a.grad[0] = math.nan
    with pytest.raises(RuntimeError, match="non-finite"):
        nn.utils.clip_grad_norm_(a, 1.0, error_if_nonfinite=True)


def test_parameters_as_a_vector():
    net = nn.Linear(3, 2)
    vector = nn.utils.parameters_to_vector(net.parameters())
    assert vector.shape == (8,) and vector.requires_grad
    nn.utils.vector_to_parameters(wick.arange(8.0), net.parameters())
    assert net.weight.tolist() == [[0, 1, 2], [3, 4, 5]] and net.bias.tolist() == [6, 7]
    assert isinstance(net.weight, nn.Parameter)


@pytest.mark.parametrize("options", [dict(), dict(nesterov=False, weight_decay=0.3, momentum=0.5), dict(adjust_lr_fn="match_rms_adamw", ns_steps=3)])
@pytest.mark.parametrize("shape", [(6, 3), (3, 6)])
def test_muon(torch, shape, options):
    numbers = np.random.default_rng(0).standard_normal((6, *shape))

    def steps(lib):
        weight = lib.tensor(numbers[0].tolist(), requires_grad=True)
        optimizer = lib.optim.Muon([weight], lr=0.1, **options)
        for gradient in numbers[1:]:
            weight.grad = lib.tensor(gradient.tolist())
            optimizer.step()
        return weight.detach().flatten().tolist() + optimizer.state_dict()["state"][0]["momentum_buffer"].flatten().tolist()

    assert steps(wick) == pytest.approx(steps(torch), abs=0.02)  # products are rounded to bfloat16


@pytest.mark.parametrize("make, message", [
    (lambda t: t.optim.Muon([t.ones(3, requires_grad=True)]), r"Muon only supports 2D parameters whereas we found a parameter with size: torch.Size\(\[3\]\)"),
    (lambda t: t.optim.Muon([t.ones(2, 2)], adjust_lr_fn="never"), "Adjust learning rate function never is not supported"),
    (lambda t: t.optim.Muon([t.ones(2, 2)], momentum=-1), "momentum should be >= 0 but is: -1"),
    (lambda t: t.optim.Adafactor([t.ones(2, 2)], d=0.5), "Clipping threshold d should be >= 1 but is: 0.5"),
    (lambda t: t.optim.Adafactor([t.ones(2, 2)], beta2_decay=1), "beta2_decay should be <= 0 but is: 1"),
])
def test_what_optimizers_of_matrices_refuse(t, make, message):
    with pytest.raises(ValueError, match=message):
        make(t)


def test_an_optimizer_around_another(t):
    class Wrapped(t.optim.Optimizer):
        def __init__(self, optimizer):
            self.optimizer = optimizer

        param_groups = property(lambda self: self.optimizer.param_groups)

        def step(self, closure=None):
            return self.optimizer.step(closure)

    x = t.nn.Parameter(t.ones(1))
    optimizer = Wrapped(t.optim.SGD([x], lr=0.5))
    x.grad = t.ones(1)
    optimizer.step()
    assert x.item() == 0.5
