# Fields with defaults.
import torch
from dataclasses import dataclass


@torch.jit.script
@dataclass
class Settings:
    name: str
    width: int = 80
    bold: bool = False


def main():
    s = Settings("s", bold=True)
    t = Settings("t", 40)
    print(s.name, s.width, s.bold, t.name, t.width, t.bold)


main()
