"""Averages of a model's weights over its training: torch.optim.swa_utils."""
import copy
import itertools
import math

import wick

from ..nn.modules.batchnorm import _BatchNorm
from ..nn.modules.module import Module
from .lr_scheduler import LRScheduler

__all__ = ["AveragedModel", "SWALR", "get_ema_avg_fn", "get_ema_multi_avg_fn", "get_swa_avg_fn", "get_swa_multi_avg_fn", "update_bn"]


def get_ema_avg_fn(decay=0.999):
    """(average, present value, models so far) -> the exponential moving average."""
    _check_decay(decay)
    return wick.no_grad()(lambda average, current, num_averaged: decay * average + (1 - decay) * current)


def get_ema_multi_avg_fn(decay=0.999):
    """As get_ema_avg_fn, of lists of tensors, in place."""
    _check_decay(decay)

    @wick.no_grad()
    def update(averages, currents, num_averaged):
        for average, current in zip(averages, currents):
            if average.is_floating_point() or average.is_complex():
                average.lerp_(current, 1 - decay)
            else:
                average.copy_(average * decay + current * (1 - decay))

    return update


def get_swa_avg_fn():
    """(average, present value, models so far) -> the mean of all values."""
    return wick.no_grad()(lambda average, current, num_averaged: average + (current - average) / (num_averaged + 1))


def get_swa_multi_avg_fn():
    """As get_swa_avg_fn, of lists of tensors, in place."""

    @wick.no_grad()
    def update(averages, currents, num_averaged):
        for average, current in zip(averages, currents):
            average.copy_(average + (current - average) / (num_averaged + 1))

    return update


def _check_decay(decay):
    if not 0.0 <= decay <= 1.0:
        raise ValueError(f"Invalid decay value {decay} provided. Please provide a value in [0,1] range.")


class AveragedModel(Module):
    """A copy of a model whose parameters, with use_buffers its buffers too, are averages over the calls of update_parameters:
    the means, or what avg_fn (of two tensors) or multi_avg_fn (of lists of them, in place) makes of them."""

    def __init__(self, model, device=None, avg_fn=None, multi_avg_fn=None, use_buffers=False):
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError("Only one of avg_fn and multi_avg_fn should be provided")
        self.module = copy.deepcopy(model)
        self.register_buffer("n_averaged", wick.tensor(0, dtype=wick.long))
        self.avg_fn = avg_fn
        self.multi_avg_fn = multi_avg_fn
        self.use_buffers = use_buffers

    def forward(self, *args, **kwargs):
        return self.module(*args, **kwargs)

    def update_parameters(self, model):
        """Takes the model's present parameters into the averages."""
        averages, currents = self._tensors(self.module), self._tensors(model)
        with wick.no_grad():
            if self.n_averaged == 0:
                for average, current in zip(averages, currents):
                    average.copy_(current.detach())
            elif self.avg_fn is not None:
                for average, current in zip(averages, currents):
                    average.copy_(self.avg_fn(average.detach(), current.detach(), self.n_averaged))
            else:
                update = self.multi_avg_fn or get_swa_multi_avg_fn()
                update([a.detach() for a in averages], [c.detach() for c in currents], self.n_averaged)
            if not self.use_buffers:
                for own, current in zip(self.module.buffers(), model.buffers()):
                    own.copy_(current.detach())
            self.n_averaged += 1

    def _tensors(self, model):
        return list(itertools.chain(model.parameters(), model.buffers() if self.use_buffers else ()))


@wick.no_grad()
def update_bn(loader, model, device=None):
    """Computes the statistics of the model's batch normalisations anew, over the data of the loader: batches, or lists and tuples
    that begin with one."""
    norms = [module for module in model.modules() if isinstance(module, _BatchNorm)]
    if not norms:
        return
    momenta = [norm.momentum for norm in norms]
    was_training = model.training
    model.train()
    try:
        for norm in norms:
            norm.reset_running_stats()
            norm.momentum = None  # all batches count alike
        for batch in loader:
            model(batch[0] if isinstance(batch, (list, tuple)) else batch)
    finally:
        for norm, momentum in zip(norms, momenta):
            norm.momentum = momentum
        model.train(was_training)


class SWALR(LRScheduler):
    """Moves the rate of each group in anneal_epochs epochs to swa_lr (one for all or one each), along half a cosine or a line, and
    leaves it there."""

    def __init__(self, optimizer, swa_lr, anneal_epochs=10, anneal_strategy="cos", last_epoch=-1):
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}")
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(f"anneal_epochs must be equal or greater than 0, got {anneal_epochs}")
        rates = swa_lr if isinstance(swa_lr, (list, tuple)) else [swa_lr] * len(optimizer.param_groups)
        if len(rates) != len(optimizer.param_groups):
            raise ValueError(f"swa_lr must have the same length as optimizer.param_groups: swa_lr has {len(rates)}, "
                             f"optimizer.param_groups has {len(optimizer.param_groups)}")
        for group, rate in zip(optimizer.param_groups, rates):
            group["swa_lr"] = rate
        self.anneal_epochs = anneal_epochs
        self.anneal_strategy = anneal_strategy
        super().__init__(optimizer, last_epoch)

    def _share(self, epoch):
        """How far the rate has come, from 0 to 1."""
        way = max(0.0, min(1.0, epoch / max(1, self.anneal_epochs)))
        return way if self.anneal_strategy == "linear" else (1 - math.cos(math.pi * way)) / 2

    def get_lr(self):
        epoch = self.last_epoch if self.anneal_epochs else max(1, self.last_epoch)
        before, now = self._share(max(0, epoch - 1)), self._share(epoch)
        rates = []
        for group in self.optimizer.param_groups:
            # Where the way began, by the present rate: others may have changed it.
            start = (group["lr"] - before * group["swa_lr"]) / (1 - before) if before < 1 else 0.0
            rates.append(group["swa_lr"] if now == 1 else now * group["swa_lr"] + (1 - now) * start)
        return rates
