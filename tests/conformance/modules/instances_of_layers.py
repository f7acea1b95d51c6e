# Extension: isinstance() of a submodule goes by classes, as in Python. (PyTorch knows some classes by their names.)
from torch import nn


class Scaled(nn.Linear):
    pass


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        self.steps = nn.ModuleList([nn.ReLU(), Scaled(2, 2), nn.Identity()])

    def forward(self):
        kinds = ""
        for step in self.steps:
            if isinstance(step, nn.ReLU):
                kinds += "relu "
            elif isinstance(step, (nn.Linear, nn.Conv1d)):
                kinds += "linear "
            else:
                kinds += "other "
        print(kinds + "!")


Main()()
