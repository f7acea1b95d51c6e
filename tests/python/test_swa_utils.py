"""torch.optim.swa_utils: the same of wick and of PyTorch, where that is installed."""
import copy
import warnings

import pytest

import wick
import wick.optim.swa_utils


def model(t, value=0.0):
    net = t.nn.Sequential(t.nn.Linear(1, 1, bias=False), t.nn.BatchNorm1d(1, affine=False))
    with t.no_grad():
        net[0].weight.fill_(value)
    return net


AVERAGES = {
    "mean": (lambda u: {}, [1, 2.5, 3.0]),
    "swa": (lambda u: {"avg_fn": u.get_swa_avg_fn()}, [1, 2.5, 3.0]),
    "swa of lists": (lambda u: {"multi_avg_fn": u.get_swa_multi_avg_fn()}, [1, 2.5, 3.0]),
    "ema": (lambda u: {"avg_fn": u.get_ema_avg_fn(0.75)}, [1, 1.75, 2.3125]),
    "ema of lists": (lambda u: {"multi_avg_fn": u.get_ema_multi_avg_fn(0.75)}, [1, 1.75, 2.3125]),
    "own": (lambda u: {"avg_fn": lambda average, current, n: average + current * (n + 1)}, [1, 9, 21]),
}


@pytest.mark.parametrize("kind", AVERAGES)
def test_averages(t, kind):
    options, expected = AVERAGES[kind]
    swa = t.optim.swa_utils
    net = model(t)
    averaged = swa.AveragedModel(net, **options(swa))
    assert list(averaged.state_dict())[:2] == ["n_averaged", "module.0.weight"]
    for value, wanted in zip((1.0, 4.0, 4.0), expected):
        with t.no_grad():
            net[0].weight.fill_(value)
            net[1].running_mean.fill_(value)
        averaged.update_parameters(net)
        assert averaged.module[0].weight.item() == pytest.approx(wanted)
        assert averaged.module[1].running_mean.item() == value
    assert averaged.n_averaged.item() == 3 and net[0].weight.item() == 4
    twin = swa.AveragedModel(model(t), **options(swa))
    twin.load_state_dict(copy.deepcopy(averaged.state_dict()))
    assert twin.module[0].weight.item() == averaged.module[0].weight.item() and twin.n_averaged.item() == 3
    averaged.eval()
    assert tuple(averaged(t.ones(2, 1)).shape) == (2, 1)


def test_averages_of_buffers(t):
    net = model(t)
    averaged = t.optim.swa_utils.AveragedModel(net, use_buffers=True)
    for value in (1.0, 3.0):
        net[1].running_mean.fill_(value)
        averaged.update_parameters(net)
    assert averaged.module[1].running_mean.item() == 2


def test_statistics_anew(t):
    net = model(t, 1.0)
    net.eval()
    data = [(t.tensor([[1.0], [3.0]]), "label"), (t.tensor([[5.0], [7.0]]), "label")]
    t.optim.swa_utils.update_bn(data, net)
    assert net[1].running_mean.item() == pytest.approx(4) and net[1].running_var.item() == pytest.approx(2)
    assert not net.training and net[1].momentum == 0.1


@pytest.mark.parametrize("strategy", ["cos", "linear"])
@pytest.mark.parametrize("epochs", [0, 1, 4])
def test_rates(torch, strategy, epochs):
    """Beside another schedule, which has changed the rate before."""
    found = []
    for t in (wick, torch):
        optimizer = t.optim.SGD([{"params": [t.nn.Parameter(t.ones(1))], "lr": 0.5},
                                 {"params": [t.nn.Parameter(t.ones(1))], "lr": 0.1}], lr=1.0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            before = t.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
            swa = t.optim.swa_utils.SWALR(optimizer, [0.05, 0.02], epochs, strategy)
            rates = []
            for epoch in range(8):
                optimizer.step()
                (before if epoch < 2 else swa).step()
                rates += [group["lr"] for group in optimizer.param_groups]
        found.append(rates)
    assert found[0] == pytest.approx(found[1]) and found[0][-2:] == pytest.approx([0.05, 0.02])


def test_mistakes(t):
    swa = t.optim.swa_utils
    optimizer = t.optim.SGD([t.nn.Parameter(t.ones(1))], lr=1.0)
    with pytest.raises(ValueError, match="Invalid decay value 2"):
        swa.get_ema_avg_fn(2)
    with pytest.raises(ValueError, match="anneal_strategy must be one of 'cos' or 'linear', instead got square"):
        swa.SWALR(optimizer, 0.1, anneal_strategy="square")
    with pytest.raises(ValueError, match="anneal_epochs must be equal or greater than 0, got -1"):
        swa.SWALR(optimizer, 0.1, anneal_epochs=-1)
    with pytest.raises(AssertionError, match="Only one of avg_fn and multi_avg_fn should be provided"):
        swa.AveragedModel(model(t), avg_fn=swa.get_swa_avg_fn(), multi_avg_fn=swa.get_swa_multi_avg_fn())
