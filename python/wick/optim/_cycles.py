"""Schedules that go up and down, with the momentum going the other way."""
import inspect
import math

from ._schedule import LRScheduler, check_optimizer, one_for_each_group, set_rates


class _WithMomentum(LRScheduler):
    """A schedule that may set the groups' momentum, which Adam has as its first beta."""

    def _begin_momentum(self, cycle_momentum, base_momentum, max_momentum, last_epoch):
        self.cycle_momentum = cycle_momentum
        if not cycle_momentum:
            return
        optimizer = self.optimizer
        if "momentum" not in optimizer.defaults and "betas" not in optimizer.defaults:
            raise ValueError("optimizer must support momentum or beta1 with `cycle_momentum` option enabled")
        self.use_beta1 = "betas" in optimizer.defaults
        self.base_momentums = one_for_each_group("base_momentum", optimizer, base_momentum)
        self.max_momentums = one_for_each_group("max_momentum", optimizer, max_momentum)
        if last_epoch == -1:
            for group, least, most in zip(optimizer.param_groups, self.base_momentums, self.max_momentums):
                group["base_momentum"], group["max_momentum"] = least, most
            self._set_momentums(self.max_momentums)

    def _set_momentums(self, momentums):
        for group, momentum in zip(self.optimizer.param_groups, momentums):
            if self.use_beta1:
                group["betas"] = (momentum, *group["betas"][1:])
            else:
                group["momentum"] = momentum


class CyclicLR(_WithMomentum):
    """Between base_lr and max_lr and back in step_size_up + step_size_down steps (Smith 2017).

    mode: "triangular", "triangular2" (every cycle is half as high) or "exp_range" (gamma ** step as high), or a
    `scale_fn` of the number of the cycle or of the step, as scale_mode says ("cycle", "iterations").
    """

    def __init__(self, optimizer, base_lr, max_lr, step_size_up=2000, step_size_down=None, mode="triangular", gamma=1.0,
                 scale_fn=None, scale_mode="cycle", cycle_momentum=True, base_momentum=0.8, max_momentum=0.9, last_epoch=-1):
        check_optimizer(optimizer)
        if scale_fn is None and mode not in ("triangular", "triangular2", "exp_range"):
            raise ValueError("mode is invalid and scale_fn is None")
        self.optimizer = optimizer
        base_lrs = one_for_each_group("base_lr", optimizer, base_lr)
        self.max_lrs = one_for_each_group("max_lr", optimizer, max_lr)
        if last_epoch == -1:
            set_rates(optimizer, base_lrs)
        step_size_down = step_size_up if step_size_down is None else step_size_down
        self.total_size = float(step_size_up + step_size_down)
        self.step_ratio = step_size_up / self.total_size
        self.mode, self.gamma, self._scale_fn = mode, gamma, scale_fn
        self.scale_mode = scale_mode if scale_fn is not None else "iterations" if mode == "exp_range" else "cycle"
        self._begin_momentum(cycle_momentum, base_momentum, max_momentum, last_epoch)
        super().__init__(optimizer, last_epoch)
        self.base_lrs = base_lrs

    def scale_fn(self, x):
        if self._scale_fn is not None:
            return self._scale_fn(x)
        if self.mode == "triangular2":
            return 0.5 ** (x - 1)
        return self.gamma**x if self.mode == "exp_range" else 1.0

    def get_lr(self):
        cycles = self.last_epoch / self.total_size
        cycle = math.floor(1 + cycles)
        place = 1 + cycles - cycle
        height = place / self.step_ratio if place <= self.step_ratio else (place - 1) / (self.step_ratio - 1)
        height *= self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)
        if self.cycle_momentum:
            self._set_momentums([most - (most - least) * height
                                 for least, most in zip(self.base_momentums, self.max_momentums)])
        return [least + (most - least) * height for least, most in zip(self.base_lrs, self.max_lrs)]

    def state_dict(self):
        """Of a scale function that is an object its attributes; others are not saved."""
        kept = None if self._scale_fn is None or inspect.isfunction(self._scale_fn) else dict(vars(self._scale_fn))
        return {**super().state_dict(), "_scale_fn": kept}

    def load_state_dict(self, state_dict):
        function = self._scale_fn
        super().load_state_dict(state_dict)
        self._scale_fn = function
        if state_dict["_scale_fn"] is not None:
            vars(function).update(state_dict["_scale_fn"])


class OneCycleLR(_WithMomentum):
    """From max_lr / div_factor up to max_lr, and down to a final_div_factor of the start (Smith and Topin 2017)."""

    def __init__(self, optimizer, max_lr, total_steps=None, epochs=None, steps_per_epoch=None, pct_start=0.3,
                 anneal_strategy="cos", cycle_momentum=True, base_momentum=0.85, max_momentum=0.95, div_factor=25.0,
                 final_div_factor=1e4, three_phase=False, last_epoch=-1):
        check_optimizer(optimizer)
        self.optimizer = optimizer
        if total_steps is None and (epochs is None or steps_per_epoch is None):
            raise ValueError("You must define either total_steps OR (epochs AND steps_per_epoch)")
        counts = dict(epochs=epochs, steps_per_epoch=steps_per_epoch) if total_steps is None else dict(total_steps=total_steps)
        for name, count in counts.items():
            if not isinstance(count, int) or count <= 0:
                raise ValueError(f"Expected positive integer {name}, but got {count}")
        if not isinstance(pct_start, float) or not 0 <= pct_start <= 1:
            raise ValueError(f"Expected float between 0 and 1 pct_start, but got {pct_start}")
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}")
        self.total_steps = math.prod(counts.values())
        self._anneal_func_type = anneal_strategy
        up, end = pct_start * self.total_steps - 1, self.total_steps - 1
        # Rates and momentums by their names in the optimizer's groups, in the form of PyTorch's state.
        points = [("initial_lr", "max_momentum"), ("max_lr", "base_momentum"), ("min_lr", "max_momentum")]
        if three_phase:
            points.insert(2, points[0])
        self._schedule_phases = [
            {"end_step": last, "start_lr": start[0], "end_lr": stop[0], "start_momentum": start[1], "end_momentum": stop[1]}
            for last, start, stop in zip([up, 2 * up, end] if three_phase else [up, end], points, points[1:])]
        if last_epoch == -1:
            for group, most in zip(optimizer.param_groups, one_for_each_group("max_lr", optimizer, max_lr)):
                group["initial_lr"] = most / div_factor
                group["max_lr"] = most
                group["min_lr"] = group["initial_lr"] / final_div_factor
        self._begin_momentum(cycle_momentum, base_momentum, max_momentum, last_epoch)
        super().__init__(optimizer, last_epoch)

    def _between(self, start, end, part):
        if self._anneal_func_type == "linear":
            return start + (end - start) * part
        return end + (start - end) / 2 * (1 + math.cos(math.pi * part))

    def get_lr(self):
        step = self.last_epoch
        if step > self.total_steps:
            raise ValueError(f"Tried to step {step} times. The specified number of total steps is {self.total_steps}")
        begin = 0
        for phase in self._schedule_phases:
            last = phase["end_step"]
            if step <= last or phase is self._schedule_phases[-1]:
                break
            begin = last
        part = (step - begin) / (last - begin)

        def now(of):
            return [self._between(group[phase["start_" + of]], group[phase["end_" + of]], part) for group in self.optimizer.param_groups]

        if self.cycle_momentum:
            self._set_momentums(now("momentum"))
        return now("lr")


class CosineAnnealingWarmRestarts(LRScheduler):
    """Half a cosine down to eta_min in T_0 epochs, again and again, each T_mult times as long as the one before
    (Loshchilov and Hutter 2016). `step` also takes parts of epochs."""

    def __init__(self, optimizer, T_0, T_mult=1, eta_min=0.0, last_epoch=-1):
        if not isinstance(T_0, int) or T_0 <= 0:
            raise ValueError(f"Expected positive integer T_0, but got {T_0}")
        if not isinstance(T_mult, int) or T_mult < 1:
            raise ValueError(f"Expected integer T_mult >= 1, but got {T_mult}")
        self.T_0, self.T_i, self.T_mult, self.eta_min = T_0, T_0, T_mult, eta_min
        self.T_cur = last_epoch
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        height = (1 + math.cos(math.pi * self.T_cur / self.T_i)) / 2
        return [self.eta_min + (base - self.eta_min) * height for base in self.base_lrs]

    def _go_to(self, epoch):
        epoch = self.last_epoch + 1 if epoch is None else epoch
        if epoch < 0:
            raise ValueError(f"Expected non-negative epoch, but got {epoch}")
        # The cycles before this one took T_0 * (1 + T_mult + …).
        self.T_i, self.T_cur = self.T_0, epoch
        if self.T_mult == 1:
            self.T_cur = epoch % self.T_0
        while self.T_cur >= self.T_i:
            self.T_cur -= self.T_i
            self.T_i *= self.T_mult
        self.last_epoch = math.floor(epoch)
        set_rates(self.optimizer, self.get_lr())
        self._last_lr = [group["lr"] for group in self.optimizer.param_groups]
