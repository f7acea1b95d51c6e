"""torch.optim: optimizers, whose updates are wick's own (wick/optim in C++), and schedules of learning rates."""
from . import lr_scheduler, swa_utils
from .optimizer import Optimizer
from .algorithms import LBFGS, SGD, Adagrad, Adam, AdamW, RMSprop

__all__ = ["Adagrad", "Adam", "AdamW", "LBFGS", "Optimizer", "RMSprop", "SGD", "lr_scheduler", "swa_utils"]
