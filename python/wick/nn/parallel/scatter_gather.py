"""torch.nn.parallel.scatter_gather: what is put on several devices, and taken from them. There is one."""


def scatter(inputs, target_gpus, dim=0):
    raise AssertionError("Torch not compiled with CUDA enabled")


def gather(outputs, target_device, dim=0):
    raise AssertionError("Torch not compiled with CUDA enabled")
