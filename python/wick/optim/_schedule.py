"""The base of learning-rate schedules, and what schedules ask of an optimizer."""
import warnings

from .optimizer import Optimizer


class LRScheduler:
    """Base of schedules: `get_lr` gives the rate of each group at `last_epoch`, which is 0 after construction."""

    _is_initial = False

    def __init__(self, optimizer, last_epoch=-1):
        check_optimizer(optimizer)
        self.optimizer = optimizer
        for number, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                raise KeyError(f"param 'initial_lr' is not specified in param_groups[{number}] when resuming scheduler "
                               "with last_epoch >= 0.")
        self.base_lrs = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self._initial_step()

    def _initial_step(self):
        self._step_count = 0
        self._get_lr_called_within_step = False  # of PyTorch's state; here rates may be asked for at any time
        self._is_initial = True
        try:
            self.step()
        finally:
            self._is_initial = False

    def step(self, epoch=None):
        if self._step_count == 1 and not self.optimizer.__dict__.get("_has_stepped"):
            warnings.warn("Detected call of `lr_scheduler.step()` before `optimizer.step()`. In PyTorch 1.1.0 and later, you "
                          "should call them in the opposite order: `optimizer.step()` before `lr_scheduler.step()`.",
                          stacklevel=2)
        self._step_count += 1
        self._go_to(epoch)

    def _go_to(self, epoch):
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        set_rates(self.optimizer, self.get_lr() if epoch is None else self._rates_from_start())
        self._last_lr = rates_of(self.optimizer)

    def get_lr(self):
        raise NotImplementedError

    def _rates_from_start(self):
        """The rates at last_epoch whatever they are at present."""
        return self.get_lr()

    def get_last_lr(self):
        return self._last_lr

    def state_dict(self):
        return {name: value for name, value in vars(self).items() if name != "optimizer"}

    def load_state_dict(self, state_dict):
        vars(self).update(state_dict)


def check_optimizer(optimizer):
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")


def rates_of(optimizer):
    return [group["lr"] for group in optimizer.param_groups]


def set_rates(optimizer, rates):
    for group, rate in zip(optimizer.param_groups, rates):
        group["lr"] = rate


def one_for_each_group(name, optimizer, value):
    groups = len(optimizer.param_groups)
    if not isinstance(value, (list, tuple)):
        return [value] * groups
    if len(value) != groups:
        raise ValueError(f"{name} must have the same length as optimizer.param_groups. {name} has {len(value)} values, "
                         f"param_groups has {groups}.")
    return list(value)
