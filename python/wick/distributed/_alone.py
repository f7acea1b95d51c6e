"""What is said where a program would need others."""


def refuse(name):
    raise RuntimeError(f"{name}() needs torch.distributed, which wick does not have: programs run in one process")
