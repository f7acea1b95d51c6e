"""torch.optim: optimizers, whose updates are wick's own (wick/optim in C++), and schedules of learning rates."""
from . import lr_scheduler, swa_utils
from .optimizer import Optimizer
from .algorithms import ASGD, LBFGS, SGD, Adadelta, Adagrad, Adam, Adamax, AdamW, NAdam, RAdam, RMSprop, Rprop, SparseAdam
from .matrices import Adafactor, Muon

__all__ = ["ASGD", "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "LBFGS", "Muon", "NAdam", "Optimizer", "RAdam", "RMSprop", "Rprop",
           "SGD", "SparseAdam", "lr_scheduler", "swa_utils"]
