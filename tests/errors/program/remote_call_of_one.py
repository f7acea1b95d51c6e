from torch.distributed.rpc import rpc_sync


def f():
    return rpc_sync("worker")
