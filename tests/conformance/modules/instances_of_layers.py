# isinstance() of a submodule is known when the module is compiled.
import torch
from torch import nn


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        self.steps = nn.ModuleList([nn.ReLU(), nn.Linear(2, 2), nn.Identity()])

    def forward(self):
        kinds = ""
        for step in self.steps:
            if isinstance(step, nn.ReLU):
                kinds += "relu "
            elif isinstance(step, (nn.Linear, nn.Identity)):
                kinds += "linear or identity "
            else:
                kinds += "other "
        print(kinds + "!")


Main()()
