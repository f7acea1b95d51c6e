"""torch._subclasses.fake_tensor: tensors without values. None of wick is one."""


class FakeTensor:
    def __init__(self, *args, **kwargs):
        raise NotImplementedError("wick has no tensors without values")


class FakeTensorMode(FakeTensor):
    pass


def is_fake(x):
    return False
