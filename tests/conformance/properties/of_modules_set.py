# A property of a module, read and set.
import torch
from torch import nn


class Main(nn.Module):
    def __init__(self):
        super().__init__()
        self.celsius = 20

    @property
    def fahrenheit(self) -> int:
        return self.celsius * 9 // 5 + 32

    @fahrenheit.setter
    def fahrenheit(self, value: int):
        self.celsius = (value - 32) * 5 // 9

    def forward(self) -> None:
        print(self.fahrenheit)
        self.fahrenheit = 212
        print(self.celsius, self.fahrenheit)


m = Main()
m()
