"""torch.optim.lr_scheduler: learning rates that change with the epochs. Call a scheduler's step() after the optimizer's.

Most schedules multiply the present rate by a factor, so that several can be at work on one optimizer.
"""
import bisect
import collections
import inspect
import math

from ._cycles import CosineAnnealingWarmRestarts, CyclicLR, OneCycleLR  # noqa: F401: they are schedulers too
from ._schedule import LRScheduler, check_optimizer, one_for_each_group, rates_of, set_rates


class _ByFactor(LRScheduler):
    """A schedule that says by what the rate of the epoch before is multiplied."""

    def _factor(self, epoch):
        raise NotImplementedError

    def get_lr(self):
        factor = self._factor(self.last_epoch)
        return [rate * factor for rate in rates_of(self.optimizer)]

    def _rates_from_start(self):
        factor = math.prod(self._factor(epoch) for epoch in range(self.last_epoch + 1))
        return [rate * factor for rate in self.base_lrs]


class StepLR(_ByFactor):
    """Multiplies by gamma every step_size epochs."""

    def __init__(self, optimizer, step_size, gamma=0.1, last_epoch=-1):
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch)

    def _factor(self, epoch):
        return self.gamma if epoch > 0 and epoch % self.step_size == 0 else 1


class MultiStepLR(_ByFactor):
    """Multiplies by gamma at each of the milestones."""

    def __init__(self, optimizer, milestones, gamma=0.1, last_epoch=-1):
        self.milestones, self.gamma = collections.Counter(milestones), gamma
        super().__init__(optimizer, last_epoch)

    def _factor(self, epoch):
        return self.gamma ** self.milestones[epoch]


class ConstantLR(_ByFactor):
    """The rate times factor for total_iters epochs."""

    def __init__(self, optimizer, factor=1.0 / 3, total_iters=5, last_epoch=-1):
        if factor > 1.0 or factor < 0:
            raise ValueError("Constant multiplicative factor expected to be between 0 and 1.")
        self.factor, self.total_iters = factor, total_iters
        super().__init__(optimizer, last_epoch)

    def _factor(self, epoch):
        if epoch == 0:
            return self.factor
        return 1.0 / self.factor if epoch == self.total_iters else 1


class LinearLR(_ByFactor):
    """From start_factor to end_factor of the rate in total_iters epochs."""

    def __init__(self, optimizer, start_factor=1.0 / 3, end_factor=1.0, total_iters=5, last_epoch=-1):
        if start_factor > 1.0 or start_factor <= 0:
            raise ValueError("Starting multiplicative factor expected to be greater than 0 and less or equal to 1.")
        if end_factor > 1.0 or end_factor < 0:
            raise ValueError("Ending multiplicative factor expected to be between 0 and 1.")
        self.start_factor, self.end_factor, self.total_iters = start_factor, end_factor, total_iters
        super().__init__(optimizer, last_epoch)

    def _factor(self, epoch):
        if epoch == 0:
            return self.start_factor
        if self._is_initial or epoch > self.total_iters:
            return 1
        rise = self.end_factor - self.start_factor
        return 1.0 + rise / (self.total_iters * self.start_factor + (epoch - 1) * rise)


class ExponentialLR(_ByFactor):
    """Multiplies by gamma every epoch."""

    def __init__(self, optimizer, gamma, last_epoch=-1):
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _factor(self, epoch):
        return 1 if self._is_initial or epoch == 0 else self.gamma


class PolynomialLR(_ByFactor):
    """(1 - epoch / total_iters) ** power of the rate, which ends at 0."""

    def __init__(self, optimizer, total_iters=5, power=1.0, last_epoch=-1):
        self.total_iters, self.power = total_iters, power
        super().__init__(optimizer, last_epoch)

    def _factor(self, epoch):
        if self._is_initial or epoch == 0 or epoch > self.total_iters:
            return 1
        return ((1.0 - epoch / self.total_iters) / (1.0 - (epoch - 1) / self.total_iters)) ** self.power


class CosineAnnealingLR(LRScheduler):
    """Half a cosine from the rate down to eta_min in T_max epochs, and up again in as many (Loshchilov and Hutter 2016)."""

    def __init__(self, optimizer, T_max, eta_min=0.0, last_epoch=-1):
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer, last_epoch)

    def _height(self, epoch):
        return (1 + math.cos(math.pi * epoch / self.T_max)) / 2

    def get_lr(self):
        rates, epoch = rates_of(self.optimizer), self.last_epoch
        if self._is_initial:
            return rates
        if self._step_count == 1 and epoch > 0:
            return self._rates_from_start()
        if (epoch - 1 - self.T_max) % (2 * self.T_max) == 0:
            # The rate was eta_min: there is nothing to multiply.
            return [rate + (base - self.eta_min) * self._height(self.T_max - 1) for rate, base in zip(rates, self.base_lrs)]
        factor = self._height(epoch) / self._height(epoch - 1)
        return [self.eta_min + (rate - self.eta_min) * factor for rate in rates]

    def _rates_from_start(self):
        return [self.eta_min + (base - self.eta_min) * self._height(self.last_epoch) for base in self.base_lrs]


class _ByFunctions(LRScheduler):
    """A schedule that functions of the epoch give, one for each group."""

    def __init__(self, optimizer, lr_lambda, last_epoch=-1):
        groups = len(optimizer.param_groups)
        self.lr_lambdas = list(lr_lambda) if isinstance(lr_lambda, (list, tuple)) else [lr_lambda] * groups
        if len(self.lr_lambdas) != groups:
            raise ValueError(f"Expected {groups} lr_lambdas, but got {len(self.lr_lambdas)}")
        for function in self.lr_lambdas:
            if not callable(function):
                raise TypeError(f"lr_lambda should be a function, but got {type(function).__name__}")
        super().__init__(optimizer, last_epoch)

    def _factors(self):
        return [function(self.last_epoch) for function in self.lr_lambdas]

    def state_dict(self):
        """Of functions that are objects their attributes; others are not saved."""
        kept = [None if inspect.isfunction(function) else dict(vars(function)) for function in self.lr_lambdas]
        return {**super().state_dict(), "lr_lambdas": kept}

    def load_state_dict(self, state_dict):
        functions = self.lr_lambdas
        super().load_state_dict(state_dict)
        self.lr_lambdas = functions
        for function, kept in zip(functions, state_dict["lr_lambdas"]):
            if kept is not None:
                vars(function).update(kept)


class LambdaLR(_ByFunctions):
    """The first rate times a function of the epoch."""

    def get_lr(self):
        return [base * factor for base, factor in zip(self.base_lrs, self._factors())]


class MultiplicativeLR(_ByFunctions):
    """Multiplies by a function of the epoch every epoch."""

    def get_lr(self):
        rates = rates_of(self.optimizer)
        return rates if self._is_initial else [rate * factor for rate, factor in zip(rates, self._factors())]


class _OfSeveral(LRScheduler):
    """Schedules that make one."""

    def _take(self, schedulers, optimizer):
        if not schedulers:
            raise ValueError(f"{type(self).__name__} expects at least one scheduler, but got no scheduler.")
        self.optimizer = optimizer if optimizer is not None else schedulers[0].optimizer
        for number, scheduler in enumerate(schedulers):
            if isinstance(scheduler, ReduceLROnPlateau):
                raise ValueError(f"{type(self).__name__} does not support `ReduceLROnPlateau` scheduler as it requires "
                                 "additional kwargs to be specified when calling `step`, but got one at index "
                                 f"{number} in the given schedulers sequence.")
            if scheduler.optimizer is not self.optimizer:
                raise ValueError(f"{type(self).__name__} expects all schedulers to belong to the same optimizer, but got "
                                 f"scheduler {type(scheduler).__name__} at index {number} has {scheduler.optimizer}, which "
                                 f"is different from {type(self.optimizer).__name__}.")
        self._schedulers = schedulers

    def state_dict(self):
        return {**super().state_dict(), "_schedulers": [scheduler.state_dict() for scheduler in self._schedulers]}

    def load_state_dict(self, state_dict):
        schedulers = self._schedulers
        super().load_state_dict(state_dict)
        self._schedulers = schedulers
        for scheduler, kept in zip(schedulers, state_dict["_schedulers"]):
            scheduler.load_state_dict(kept)


class ChainedScheduler(_OfSeveral):
    """All of the schedules in every epoch."""

    def __init__(self, schedulers, optimizer=None):
        self._take(schedulers, optimizer)
        self._last_lr = rates_of(self.optimizer)

    def step(self):
        for scheduler in self._schedulers:
            scheduler.step()
        self._last_lr = rates_of(self.optimizer)


class SequentialLR(_OfSeveral):
    """One schedule after another: the next begins at each milestone."""

    def __init__(self, optimizer, schedulers, milestones, last_epoch=-1):
        if len(milestones) != len(schedulers) - 1 and schedulers:
            raise ValueError("Sequential Schedulers expects number of schedulers provided to be one more than the number of "
                             f"milestone points, but got number of schedulers {len(schedulers)} and the number of "
                             f"milestones to be equal to {len(milestones)}")
        self._take(schedulers, optimizer)
        self._milestones = milestones
        self.last_epoch = last_epoch + 1
        # Each schedule has made its first step when it was made.
        set_rates(optimizer, [group["initial_lr"] for group in optimizer.param_groups])
        for scheduler in schedulers:
            _take_back(scheduler)
        first = schedulers[bisect.bisect_right(milestones, 0)]
        first._initial_step()
        self._last_lr = first.get_last_lr()

    def step(self):
        self.last_epoch += 1
        number = bisect.bisect_right(self._milestones, self.last_epoch)
        scheduler = self._schedulers[number]
        if number > 0 and self._milestones[number - 1] == self.last_epoch:
            scheduler._go_to(0)
        else:
            scheduler.step()
        self._last_lr = scheduler.get_last_lr()


class ReduceLROnPlateau(LRScheduler):
    """Multiplies by factor when `step` has been given no better metric for more than patience epochs."""

    def __init__(self, optimizer, mode="min", factor=0.1, patience=10, threshold=1e-4, threshold_mode="rel", cooldown=0,
                 min_lr=0, eps=1e-8):
        check_optimizer(optimizer)
        if factor >= 1.0:
            raise ValueError("Factor should be < 1.0.")
        if mode not in ("min", "max"):
            raise ValueError("mode " + mode + " is unknown!")
        if threshold_mode not in ("rel", "abs"):
            raise ValueError("threshold mode " + threshold_mode + " is unknown!")
        self.optimizer = optimizer
        self.mode, self.factor, self.patience, self.cooldown, self.eps = mode, factor, patience, cooldown, eps
        self.threshold, self.threshold_mode = threshold, threshold_mode
        self.min_lrs = one_for_each_group("min_lr", optimizer, min_lr)
        self.last_epoch = 0
        self.best = math.inf if mode == "min" else -math.inf
        self.cooldown_counter = self.num_bad_epochs = 0
        self._last_lr = rates_of(optimizer)

    @property
    def in_cooldown(self):
        return self.cooldown_counter > 0

    def _is_better(self, metric):
        sign = 1 if self.mode == "max" else -1
        margin = self.threshold * self.best if self.threshold_mode == "rel" else self.threshold
        return sign * metric > sign * (self.best + sign * margin)

    def step(self, metrics, epoch=None):
        metric = float(metrics)
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        if math.isinf(self.best) or self._is_better(metric):
            self.best, self.num_bad_epochs = metric, 0
        else:
            self.num_bad_epochs += 1
        if self.in_cooldown:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce()
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
        self._last_lr = rates_of(self.optimizer)

    def _reduce(self):
        rates = [float(rate) for rate in rates_of(self.optimizer)]
        reduced = [max(rate * self.factor, least) for rate, least in zip(rates, self.min_lrs)]
        set_rates(self.optimizer, [new if old - new > self.eps else old for old, new in zip(rates, reduced)])


def _take_back(scheduler):
    if isinstance(scheduler, _OfSeveral):
        for one in scheduler._schedulers:
            _take_back(one)
    else:
        scheduler.last_epoch -= 1


_LRScheduler = LRScheduler  # its older name
