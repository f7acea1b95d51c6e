"""The part of a data set that one of several processes works on."""
import math

import wick

from .sampler import Sampler


class DistributedSampler(Sampler):
    """The indices of process `rank` of num_replicas: every num_replicas-th of the whole order, which all processes draw alike from
    seed + epoch (set_epoch). All get as many: some indices twice, or with drop_last some not at all."""

    def __init__(self, dataset, num_replicas=None, rank=None, shuffle=True, seed=0, drop_last=False):
        if num_replicas is None or rank is None:
            raise RuntimeError("Requires distributed package to be available")
        if not 0 <= rank < num_replicas:
            raise ValueError(f"Invalid rank {rank}, rank should be in the interval [0, {num_replicas - 1}]")
        self.dataset, self.num_replicas, self.rank = dataset, num_replicas, rank
        self.shuffle, self.seed, self.drop_last, self.epoch = shuffle, seed, drop_last, 0
        size = len(dataset)
        self.num_samples = size // num_replicas if drop_last else math.ceil(size / num_replicas)
        self.total_size = self.num_samples * num_replicas

    def __iter__(self):
        size = len(self.dataset)
        generator = wick.Generator().manual_seed(self.seed + self.epoch)
        indices = wick.randperm(size, generator=generator).tolist() if self.shuffle else list(range(size))
        repeated = indices * math.ceil(self.total_size / size) if size else indices
        return iter(repeated[self.rank : self.total_size : self.num_replicas])

    def __len__(self):
        return self.num_samples

    def set_epoch(self, epoch):
        self.epoch = epoch
