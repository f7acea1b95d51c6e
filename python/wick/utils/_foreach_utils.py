"""torch.utils._foreach_utils: lists of tensors sorted by their kind, for the operators on lists."""


def _get_foreach_kernels_supported_devices():
    return ["cuda", "xpu", "mtia"]


def _get_fused_kernels_supported_devices():
    return ["mps", "cuda", "xpu", "hpu", "cpu", "mtia"]


def _has_foreach_support(tensors, device):
    return True


_device_has_foreach_support = _has_foreach_support


def _group_tensors_by_device_and_dtype(tensorlistlist, with_indices=False):
    """{(device, dtype of the first list's tensor): (each list's tensors of that kind, their places if they are wanted)}."""
    groups = {}
    for place, first in enumerate(tensorlistlist[0]):
        lists, places = groups.setdefault((first.device, first.dtype), ([[] for _ in tensorlistlist], []))
        for part, whole in zip(lists, tensorlistlist):
            if whole:
                part.append(whole[place])
        if with_indices:
            places.append(place)
    return groups
