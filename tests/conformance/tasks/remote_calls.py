# Calls of functions on other machines compile, whether or not there are any.
from typing import Dict, List

import torch
import torch.distributed.rpc as rpc
from torch import Tensor
from torch.distributed.rpc import RRef


def scaled(x: Tensor, by: float = 2.0) -> Tensor:
    return x * by


def count(words: List[str]):
    return len(words)


def anywhere(workers: List[str], x: Tensor) -> Tensor:
    futures: List[torch.jit.Future[Tensor]] = []
    for worker in workers:
        futures.append(rpc.rpc_async(worker, scaled, (x, 3.0)))
    total = scaled(x)
    for future in futures:
        total = total + future.wait()
    return total


def words_there(worker: str, words: List[str]) -> int:
    if worker == "":
        return count(words)
    return rpc.rpc_sync(worker, count, (words,))


def reference(worker: str, x: Tensor) -> RRef[Tensor]:
    by: Dict[str, float] = {"by": 0.5}
    return rpc.remote(worker, scaled, (x,), by, 30.0)


def main():
    print(int(anywhere([], torch.ones(2)).sum()))
    print(words_there("", ["a", "b"]))
    if words_there("", []) > 0:
        reference("worker", torch.ones(1))


main()
