"""torch.optim: optimizers, whose updates are wick's own (wick/optim in C++), and schedules of learning rates."""
from . import lr_scheduler, swa_utils
from .optimizer import Optimizer
from .algorithms import ASGD, LBFGS, SGD, Adadelta, Adagrad, Adam, Adamax, AdamW, NAdam, RAdam, RMSprop, Rprop

__all__ = ["ASGD", "Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "LBFGS", "NAdam", "Optimizer", "RAdam", "RMSprop", "Rprop",
           "SGD", "lr_scheduler", "swa_utils"]
