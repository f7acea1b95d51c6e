"""torch.distributed.algorithms: what programs import of it."""
