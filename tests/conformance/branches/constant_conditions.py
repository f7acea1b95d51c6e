# What can never run is not compiled.
import torch


def where() -> str:
    if torch.jit.is_scripting():
        return "done"
    else:
        return "done"


def main():
    if False:
        print(undefined_name)
    print(where())


main()
