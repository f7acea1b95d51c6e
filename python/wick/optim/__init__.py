"""torch.optim: optimizers, whose updates are wick's own (wick/optim in C++), and schedules of learning rates."""
from .._aliases import make_modules
from . import lr_scheduler, swa_utils
from .optimizer import Optimizer
from .algorithms import ASGD, LBFGS, SGD, Adadelta, Adagrad, Adam, Adamax, AdamW, NAdam, RAdam, RMSprop, Rprop, SparseAdam
from .matrices import Adafactor, Muon

__all__ = ["ASGD", "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "LBFGS", "Muon", "NAdam", "Optimizer", "RAdam", "RMSprop", "Rprop",
           "SGD", "SparseAdam", "lr_scheduler", "swa_utils"]

make_modules(__name__, {"adadelta": "Adadelta", "adagrad": "Adagrad", "adam": "Adam", "adamax": "Adamax", "adamw": "AdamW", "asgd": "ASGD", "lbfgs": "LBFGS",
                        "nadam": "NAdam", "radam": "RAdam", "rmsprop": "RMSprop", "rprop": "Rprop", "sgd": "SGD", "sparse_adam": "SparseAdam"}, globals())
