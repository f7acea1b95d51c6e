"""Losses that are not programs, since they take functions or change their shape with the data: in Python alone."""
import collections
import dataclasses
import math

import wick

from . import functional as F
from .modules.container import ModuleList, Sequential
from .modules.linear import Linear
from .modules.loss import _Loss
from .modules.module import Module

__all__ = ["AdaptiveLogSoftmaxWithLoss", "GaussianNLLLoss", "LinearCrossEntropyLoss", "LinearCrossEntropyOptions",
           "TripletMarginWithDistanceLoss", "gaussian_nll_loss", "linear_cross_entropy", "triplet_margin_with_distance_loss"]


_ASMoutput = collections.namedtuple("_ASMoutput", "output loss")


def _reduced(loss, reduction):
    return loss.mean() if reduction == "mean" else loss.sum() if reduction == "sum" else loss


def gaussian_nll_loss(input, target, var, full=False, eps=1e-6, reduction="mean"):
    """The negative logarithm of the normal density at target, with mean `input` and variance `var`, at least eps: a number, of
    input's shape, or with size 1 in one dimension or without the last. With `full`, the constant is in it."""
    if isinstance(var, float):
        var = var * wick.ones_like(input)
    if (var < 0).any():
        raise ValueError("var has negative entry/entries")
    if var.shape != input.shape:
        if tuple(input.shape[:-1]) == tuple(var.shape):
            var = var.unsqueeze(-1)
        elif input.dim() != var.dim() or [v for i, v in zip(input.shape, var.shape) if i != v] != [1]:
            raise ValueError("var is of incorrect size")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(reduction + " is not valid")
    # The gradient goes to the variance as if it had not been raised.
    var = var.clone()
    with wick.no_grad():
        var.clamp_(min=eps)
    loss = 0.5 * (var.log() + (input - target) ** 2 / var)
    return _reduced(loss + 0.5 * math.log(2 * math.pi) if full else loss, reduction)


def triplet_margin_with_distance_loss(anchor, positive, negative, *, distance_function=None, margin=1.0, swap=False,
                                      reduction="mean"):
    """By how much the anchor is not nearer, by `margin`, to the positive example than to the negative one. With `swap` the
    nearer of anchor and positive example counts for the latter."""
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    if not anchor.dim() == positive.dim() == negative.dim():
        raise RuntimeError("The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: "
                           f"anchor {anchor.dim()}D, positive {positive.dim()}D, and negative {negative.dim()}D inputs")
    distance = distance_function or wick.pairwise_distance
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = wick.minimum(far, distance(positive, negative))
    return _reduced((margin + near - far).clamp_min(0), reduction)


class GaussianNLLLoss(_Loss):
    __constants__ = ["full", "eps", "reduction"]

    def __init__(self, *, full=False, eps=1e-6, reduction="mean"):
        super().__init__(None, None, reduction)
        self.full = full
        self.eps = eps

    def forward(self, input, target, var):
        return gaussian_nll_loss(input, target, var, full=self.full, eps=self.eps, reduction=self.reduction)


class TripletMarginWithDistanceLoss(_Loss):
    __constants__ = ["margin", "swap", "reduction"]

    def __init__(self, *, distance_function=None, margin=1.0, swap=False, reduction="mean"):
        super().__init__(None, None, reduction)
        if margin <= 0:
            raise ValueError(f"TripletMarginWithDistanceLoss: expected margin to be greater than 0, got {margin} instead")
        self.distance_function = distance_function or wick.pairwise_distance
        self.margin = margin
        self.swap = swap

    def forward(self, anchor, positive, negative):
        return triplet_margin_with_distance_loss(anchor, positive, negative, distance_function=self.distance_function,
                                                 margin=self.margin, swap=self.swap, reduction=self.reduction)


class AdaptiveLogSoftmaxWithLoss(Module):
    """A softmax over many classes, sorted by how often they are met (Grave et al., 2017): those before cutoffs[0] and a class for each
    further cluster are the head; a cluster's classes have a projection that is div_value times narrower than the one's before.

    forward(input [batch, in_features] or [in_features], target [batch] or []) gives (output, loss): the logarithms of the targets'
    probabilities, and their negative mean.
    """

    def __init__(self, in_features, n_classes, cutoffs, div_value=4.0, head_bias=False, device=None, dtype=None):
        super().__init__()
        cutoffs = list(cutoffs)
        if not cutoffs:
            raise ValueError("cutoffs should be a sequence of length larger than 0")
        if (cutoffs != sorted(set(cutoffs)) or min(cutoffs) <= 0 or max(cutoffs) > n_classes - 1
                or any(int(c) != c for c in cutoffs)):
            raise ValueError("cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each "
                             "value is between 1 and n_classes-1")
        self.in_features = in_features
        self.n_classes = n_classes
        self.cutoffs = [*cutoffs, n_classes]
        self.div_value = div_value
        self.head_bias = head_bias
        self.shortlist_size = cutoffs[0]
        self.n_clusters = len(cutoffs)
        self.head_size = self.shortlist_size + self.n_clusters
        self.head = Linear(in_features, self.head_size, bias=head_bias, dtype=dtype)
        self.tail = ModuleList()
        for number, (begin, end) in enumerate(zip(self.cutoffs, self.cutoffs[1:])):
            width = int(in_features // div_value ** (number + 1))
            self.tail.append(Sequential(Linear(in_features, width, bias=False, dtype=dtype),
                                        Linear(width, end - begin, bias=False, dtype=dtype)))

    def reset_parameters(self):
        self.head.reset_parameters()
        for first, second in self.tail:
            first.reset_parameters()
            second.reset_parameters()

    def forward(self, input_, target_):
        is_batch = target_.dim() > 0
        if is_batch and input_.size(0) != target_.size(0):
            raise RuntimeError("Input and target should have the same size in the batch dimension.")
        if input_.dim() != (2 if is_batch else 1):
            raise RuntimeError(f"{'1D' if is_batch else '0D'} target tensor expects {'2D' if is_batch else '1D'} input tensors, but "
                               f"found inputs with size {input_.shape}")
        input, target = (input_, target_) if is_batch else (input_.unsqueeze(0), target_.unsqueeze(0))
        if target.numel() and (target.min() < 0 or target.max() >= self.n_classes):
            raise RuntimeError(f"Target values should be in [0, {self.n_classes - 1}], but values in range [{target.min().item()}, "
                               f"{target.max().item()}] were found. ")
        # Of each row: its class in the head, and what its cluster adds.
        places, parts = target.clone(), input.new_zeros(input.size(0))
        for number, (begin, end) in enumerate(zip(self.cutoffs, self.cutoffs[1:])):
            rows = ((target >= begin) & (target < end)).nonzero().squeeze(1)
            if rows.numel():
                places = places.index_fill(0, rows, self.shortlist_size + number)
                of_cluster = F.log_softmax(self.tail[number](input.index_select(0, rows)), dim=1)
                found = of_cluster.gather(1, (target.index_select(0, rows) - begin).unsqueeze(1)).squeeze(1)
                parts = parts.index_copy(0, rows, found)
        output = parts + F.log_softmax(self.head(input), dim=1).gather(1, places.unsqueeze(1)).squeeze(1)
        return _ASMoutput(output if is_batch else output.squeeze(0), (-output).mean())

    def log_prob(self, input):
        """The logarithms of the probabilities of all classes: [batch, n_classes]."""
        head = F.log_softmax(self.head(input), dim=1)
        clusters = [F.log_softmax(tail(input), dim=1) + head[:, self.shortlist_size + number, None]
                    for number, tail in enumerate(self.tail)]
        return wick.cat([head[:, :self.shortlist_size], *clusters], 1)

    def predict(self, input):
        """The most probable classes: [batch]."""
        return self.log_prob(input).argmax(1)


@dataclasses.dataclass
class LinearCrossEntropyOptions:
    """How PyTorch cuts linear_cross_entropy into pieces to save memory. Here the whole is computed at once."""

    chunking_method: str = None
    acc_dtype: object = None
    allow_retain_graph: bool = False


def linear_cross_entropy(input, linear_weight, target, *, linear_bias=None, weight=None, reduction="mean", ignore_index=None, label_smoothing=0.0,
                         options=None):
    """The cross entropy of target and linear(input, linear_weight, linear_bias). A weight of (classes, d₁, …, features) gives scores of that many
    positions; targets of classes may leave `ignore_index` (-100 when it is None) out."""
    extra = tuple(linear_weight.shape[1:-1])
    if extra and input.dim() != 2:
        raise RuntimeError("linear_cross_entropy: a linear_weight of more than two dimensions needs a batch of inputs")
    bias = None if linear_bias is None else linear_bias.reshape(-1)
    scores = F.linear(input, linear_weight.reshape(-1, linear_weight.shape[-1]), bias)
    if extra:
        scores = scores.unflatten(1, linear_weight.shape[:-1])
    return F.cross_entropy(scores, target, weight=weight, ignore_index=-100 if ignore_index is None else ignore_index, reduction=reduction,
                           label_smoothing=label_smoothing)


class LinearCrossEntropyLoss(Module):
    """Scores of num_classes classes (for each of the positions `out_features`) by a linear layer, and their cross entropy."""

    def __init__(self, in_features, num_classes, *, out_features=(), bias=False, device=None, dtype=None, reduction="mean", weight=None,
                 ignore_index=None, label_smoothing=0.0, options=None):
        super().__init__()
        self.in_features, self.num_classes, self.out_features = in_features, num_classes, tuple(out_features)
        self.reduction, self.ignore_index, self.label_smoothing, self.options = reduction, ignore_index, label_smoothing, options
        self.linear = Linear(in_features, num_classes * math.prod(self.out_features), bias=bias, device=device, dtype=dtype)
        self.register_buffer("weight", weight)

    def forward(self, input, target):
        shape = (self.num_classes, *self.out_features)
        bias = None if self.linear.bias is None else self.linear.bias.view(shape)
        return linear_cross_entropy(input, self.linear.weight.view(*shape, self.in_features), target, linear_bias=bias, weight=self.weight,
                                    reduction=self.reduction, ignore_index=self.ignore_index, label_smoothing=self.label_smoothing,
                                    options=self.options)

    def extra_repr(self):
        return (f"in_features={self.in_features}, num_classes={self.num_classes}, out_features={self.out_features}, bias={self.linear.bias is not None}, "
                f"reduction={self.reduction}, ignore_index={self.ignore_index}, label_smoothing={self.label_smoothing}, options={self.options}")


def grouped_mm(mat_a, mat_b, *, offs=None, bias=None, out_dtype=None):
    """Products of groups: of the matrices of two batches; of the rows of a matrix, which end at `offs`, with a matrix each; of a batch with the columns
    of a matrix; of columns with rows, which gives a batch."""
    if mat_a.dim() not in (2, 3) or mat_b.dim() not in (2, 3):
        raise RuntimeError("grouped_mm: mat_a and mat_b have 2 or 3 dimensions")
    if mat_a.dim() == mat_b.dim() == 3:
        if offs is not None:
            raise RuntimeError("Have to provide offsets for 2d, and no offset for 3d tensors")
        made = wick.bmm(mat_a, mat_b)
    else:
        if offs is None:
            raise RuntimeError("Have to provide offsets for 2d, and no offset for 3d tensors")
        ends = offs.tolist()
        starts = [0, *ends[:-1]]
        groups = mat_a.shape[0] if mat_a.dim() == 3 else mat_b.shape[0] if mat_b.dim() == 3 else len(ends)
        limit = mat_a.shape[0] if mat_b.dim() == 3 else mat_b.shape[1] if mat_a.dim() == 3 else mat_a.shape[1]
        if groups != len(ends) or any(not start <= end <= limit for start, end in zip(starts, ends)):
            raise RuntimeError(f"grouped_mm: offs has to have an end for each of the {groups} groups, in order, up to {limit}")
        spans = list(zip(starts, ends))
        if mat_b.dim() == 3:
            rows = [mat_a[start:end] @ mat_b[i] for i, (start, end) in enumerate(spans)]
            made = wick.cat([*rows, mat_a.new_zeros(limit - ends[-1], mat_b.shape[-1])])
        elif mat_a.dim() == 3:
            columns = [mat_a[i] @ mat_b[:, start:end] for i, (start, end) in enumerate(spans)]
            made = wick.cat([*columns, mat_b.new_zeros(mat_a.shape[1], limit - ends[-1])], 1)
        else:
            made = wick.stack([mat_a[:, start:end] @ mat_b[start:end] for start, end in spans])
    if bias is not None:
        made = made + bias
    return made if out_dtype is None else made.to(out_dtype)
