# The compiled program takes its own branch.
# TorchScript: torch.jit.is_scripting() is True.
import torch


def which() -> str:
    if torch.jit.is_scripting():
        return "compiled"
    else:
        return "eager"


def main():
    print(which(), not torch.jit.is_scripting())


main()
