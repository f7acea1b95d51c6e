"""What tensors were made from."""
from .. import _wick


def leaves_behind(outputs, own=()):
    """The leaves that require gradients from which the outputs come, but for those in `own`."""
    own = {_collector(tensor) for tensor in own if tensor.requires_grad and tensor.is_leaf}
    seen, found = set(), []
    waiting = [o.grad_fn or _collector(o) for o in outputs if isinstance(o, _wick.Tensor) and o.requires_grad]
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        if node.name() == "torch::autograd::AccumulateGrad" and node not in own:
            found.append(node.variable)
        waiting.extend(following for following, _ in node.next_functions if following is not None)
    return found


def _collector(leaf):
    """The node that collects the leaf's gradient."""
    return leaf.view_as(leaf).grad_fn.next_functions[0][0]
