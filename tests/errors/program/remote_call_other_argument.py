import torch.distributed.rpc as rpc


def g(x: int) -> int:
    return x


def f():
    return rpc.rpc_sync("worker", g, ("one",))
