import torch.distributed.rpc as rpc


def g(x: int) -> int:
    return x


def f():
    return rpc.rpc_async("worker", g, args=(1,)).wait()
