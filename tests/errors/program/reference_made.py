import torch.distributed.rpc as rpc


def f(x: int):
    return rpc.RRef(x)
