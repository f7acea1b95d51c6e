"""First and second derivatives of the operators of torch.nn.functional, as three numbers for each input.

    python nn_gradients.py > nn_gradients.out        # with PyTorch 2.13: what nn_gradients_test.cpp expects of wick

Inputs are sines of fixed phases. Each line has the operator, the order, and for each input the gradient's sum with fixed weights,
its first and its last element."""
import math

import torch
import torch.nn.functional as F
from torch import nn


def values(sizes, phase):
    count = 1
    for size in sizes:
        count *= size
    return torch.sin(torch.arange(count, dtype=torch.float64) * 1.7 + phase).reshape(sizes)


def digest(gradient, like):
    """The numbers of one gradient; nothing where the result does not depend on the input."""
    if gradient is None:
        gradient = torch.zeros_like(like)
    flat = gradient.detach().flatten()
    numbers = [(flat * values([flat.numel()], 0.4)).sum(), flat[0], flat[-1]]
    return " ".join([str(math.floor(float(n) * 1e8 + 0.5) / 1e8) for n in numbers])


def weighted(tensors):
    total = torch.zeros([], dtype=torch.float64)
    for number, t in enumerate(tensors):
        total = total + ((t + 0.5 * t * t) * values(list(t.shape), 2.0 + number)).sum()
    return total


def check(name, function, sizes, second=True):
    inputs = [values(s, 0.3 + number).requires_grad_() for number, s in enumerate(sizes)]
    result = function(inputs)
    first = torch.autograd.grad([weighted(list(result) if isinstance(result, tuple) else [result])], inputs, create_graph=second)
    print(name, 1, " | ".join([digest(g, x) for g, x in zip(first, inputs)]))
    if not second:
        return
    again = [g for g in first if g is not None and g.requires_grad]
    if len(again) == 0:
        return
    found = torch.autograd.grad([weighted(again)], inputs, allow_unused=True)
    print(name, 2, " | ".join([digest(g, x) for g, x in zip(found, inputs)]))


classes = torch.tensor([1, 0, 3])
check("linear", lambda x: F.linear(x[0], x[1], x[2]), [[2, 3, 4], [5, 4], [5]])
check("bilinear", lambda x: F.bilinear(x[0], x[1], x[2], x[3]), [[2, 3], [2, 4], [2, 3, 4], [2]])

check("conv1d", lambda x: F.conv1d(x[0], x[1], x[2], stride=2, padding=1), [[2, 2, 7], [6, 2, 3], [6]])
check("conv2d", lambda x: F.conv2d(x[0], x[1], x[2], padding=1), [[2, 3, 5, 4], [4, 3, 3, 3], [4]])
check("conv2d_strided", lambda x: F.conv2d(x[0], x[1], x[2], stride=(2, 1), padding=(1, 0), dilation=(1, 2)),
      [[2, 2, 6, 7], [4, 2, 3, 2], [4]])
check("conv2d_groups", lambda x: F.conv2d(x[0], x[1], None, groups=2), [[1, 4, 4, 4], [6, 2, 2, 3]])
check("conv2d_same", lambda x: F.conv2d(x[0], x[1], x[2], padding="same", dilation=(1, 2)), [[3, 5, 6], [2, 3, 3, 3], [2]])
check("conv3d", lambda x: F.conv3d(x[0], x[1], x[2], padding=1, stride=2), [[1, 2, 4, 3, 4], [3, 2, 2, 3, 3], [3]])
check("conv_transpose2d", lambda x: F.conv_transpose2d(x[0], x[1], x[2], stride=2, padding=1, output_padding=1),
      [[2, 3, 3, 4], [3, 2, 3, 3], [2]])
check("conv_transpose1d_groups", lambda x: F.conv_transpose1d(x[0], x[1], None, groups=2, dilation=2), [[2, 4, 4], [4, 3, 2]])

check("max_pool1d", lambda x: F.max_pool1d(x[0], 3, 2, 1), [[2, 2, 8]])
check("max_pool2d", lambda x: F.max_pool2d(x[0], 2), [[2, 2, 6, 5]])
check("max_pool2d_overlapping", lambda x: F.max_pool2d(x[0], 3, 2, 1, ceil_mode=True), [[1, 2, 6, 5]])
check("max_pool3d", lambda x: F.max_pool3d(x[0], 2, dilation=2), [[1, 2, 4, 4, 5]])
check("avg_pool1d", lambda x: F.avg_pool1d(x[0], 3, 2, 1), [[2, 2, 8]])
check("avg_pool2d", lambda x: F.avg_pool2d(x[0], 3, 2, 1, True, False), [[2, 2, 6, 5]])
check("avg_pool3d", lambda x: F.avg_pool3d(x[0], 2, 1), [[1, 2, 3, 3, 4]])
check("adaptive_avg_pool2d", lambda x: F.adaptive_avg_pool2d(x[0], (3, 2)), [[2, 2, 7, 5]])
check("adaptive_max_pool2d", lambda x: F.adaptive_max_pool2d(x[0], (3, 2)), [[2, 2, 7, 5]])
check("max_unpool2d", lambda x: F.max_unpool2d(x[0], torch.tensor([[[0, 6], [9, 15]]]), (2, 2), (2, 2), (0, 0)), [[1, 2, 2]])

check("batch_norm", lambda x: F.batch_norm(x[0], None, None, x[1], x[2], training=True), [[3, 2, 4], [2], [2]])
check("batch_norm_eval", lambda x: F.batch_norm(x[0], torch.ones(2, dtype=torch.float64), torch.full([2], 0.5, dtype=torch.float64), x[1], x[2]),
      [[3, 2, 4], [2], [2]])
check("layer_norm", lambda x: F.layer_norm(x[0], [3, 4], x[1], x[2]), [[2, 3, 4], [3, 4], [3, 4]])
check("group_norm", lambda x: F.group_norm(x[0], 2, x[1], x[2]), [[2, 4, 3], [4], [4]])
check("instance_norm", lambda x: F.instance_norm(x[0], weight=x[1], bias=x[2]), [[2, 3, 5], [3], [3]])
check("rms_norm", lambda x: F.rms_norm(x[0], [4], x[1]), [[2, 3, 4], [4]])
check("local_response_norm", lambda x: F.local_response_norm(x[0], 3), [[2, 4, 3]])
check("normalize", lambda x: F.normalize(x[0]), [[3, 4]])

check("embedding", lambda x: F.embedding(torch.tensor([[1, 2, 2], [0, 4, 1]]), x[0], padding_idx=0), [[5, 3]])
check("embedding_by_frequency", lambda x: F.embedding(torch.tensor([1, 2, 2, 0]), x[0], scale_grad_by_freq=True), [[5, 3]], False)
for mode in ["sum", "mean", "max"]:
    check("embedding_bag_" + mode, lambda x: F.embedding_bag(torch.tensor([1, 2, 4, 3, 2, 1]), x[0], torch.tensor([0, 2, 3]), mode=mode), [[5, 3]], False)

check("softmax", lambda x: F.softmax(x[0], 1), [[2, 3, 2]])
check("log_softmax", lambda x: F.log_softmax(x[0], -1), [[2, 3]])
check("cross_entropy", lambda x: F.cross_entropy(x[0], classes), [[3, 4]])
check("cross_entropy_smoothed", lambda x: F.cross_entropy(x[0], classes, torch.tensor([1.0, 2.0, 3.0, 4.0], dtype=torch.float64), label_smoothing=0.1),
      [[3, 4]])
check("cross_entropy_of_probabilities", lambda x: F.cross_entropy(x[0], x[1], reduction="sum"), [[3, 4], [3, 4]])
check("nll_loss2d", lambda x: F.nll_loss(x[0], torch.tensor([[1, 0], [3, 2]]), ignore_index=3), [[2, 4, 2]])
for reduction in ["none", "mean", "sum"]:
    check("mse_loss_" + reduction, lambda x: F.mse_loss(x[0], x[1], reduction=reduction), [[2, 3], [2, 3]])
check("l1_loss", lambda x: F.l1_loss(x[0], x[1]), [[2, 3], [2, 3]])
check("smooth_l1_loss", lambda x: F.smooth_l1_loss(x[0], x[1], beta=0.5), [[2, 5], [2, 5]])
check("huber_loss", lambda x: F.huber_loss(x[0], x[1], delta=0.5), [[2, 5], [2, 5]])
check("binary_cross_entropy", lambda x: F.binary_cross_entropy(torch.sigmoid(x[0]), torch.sigmoid(x[1])), [[2, 3], [2, 3]])
check("binary_cross_entropy_with_logits", lambda x: F.binary_cross_entropy_with_logits(x[0], x[1], pos_weight=F.softplus(x[1].detach())), [[2, 3], [2, 3]])
check("kl_div", lambda x: F.kl_div(x[0], torch.sigmoid(x[1]), reduction="batchmean"), [[2, 3], [2, 3]])
check("poisson_nll_loss", lambda x: F.poisson_nll_loss(x[0], torch.exp(x[1]), full=True), [[2, 3], [2, 3]])
check("multi_margin_loss", lambda x: F.multi_margin_loss(x[0], classes), [[3, 4]], False)
check("multilabel_margin_loss", lambda x: F.multilabel_margin_loss(x[0], torch.tensor([[1, 3, -1, 0], [2, -1, 0, 0]])), [[2, 4]], False)
check("triplet_margin_loss", lambda x: F.triplet_margin_loss(x[0], x[1], x[2], p=2.0, swap=True), [[2, 3], [2, 3], [2, 3]])
check("cosine_embedding_loss", lambda x: F.cosine_embedding_loss(x[0], x[1], torch.tensor([1, -1]), margin=0.0), [[2, 3], [2, 3]])
check("ctc_loss", lambda x: F.ctc_loss(F.log_softmax(x[0], 2), torch.tensor([[1, 2, 2], [3, 1, 0]]), torch.tensor([6, 5]), torch.tensor([3, 2])), [[6, 2, 4]], False)

check("attention", lambda x: F.scaled_dot_product_attention(x[0], x[1], x[2]), [[2, 2, 3, 4], [2, 2, 5, 4], [2, 2, 5, 3]])
check("attention_causal", lambda x: F.scaled_dot_product_attention(x[0], x[1], x[2], is_causal=True), [[1, 3, 4], [1, 3, 4], [1, 3, 2]])
check("attention_masked", lambda x: F.scaled_dot_product_attention(x[0], x[1], x[2], x[3]), [[2, 3, 4], [2, 5, 4], [2, 5, 3], [3, 5]])

check("gelu", lambda x: F.gelu(x[0] * 4), [[7]])
check("silu", lambda x: F.silu(x[0] * 4), [[7]])
check("mish", lambda x: F.mish(x[0] * 4), [[7]])
check("softplus", lambda x: F.softplus(x[0] * 4), [[7]])
check("elu", lambda x: F.elu(x[0] * 4), [[7]])
check("selu", lambda x: F.selu(x[0] * 4), [[7]])
check("celu", lambda x: F.celu(x[0] * 4), [[7]])
check("hardswish", lambda x: F.hardswish(x[0] * 4), [[7]])
check("hardsigmoid", lambda x: F.hardsigmoid(x[0] * 4), [[7]], False)
check("logsigmoid", lambda x: F.logsigmoid(x[0] * 4), [[7]])
check("leaky_relu", lambda x: F.leaky_relu(x[0] * 4), [[7]])
check("tanhshrink", lambda x: F.tanhshrink(x[0] * 4), [[7]])
check("softsign", lambda x: F.softsign(x[0] * 4), [[7]])
check("relu6", lambda x: F.relu6(x[0] * 4), [[7]])
check("hardtanh", lambda x: F.hardtanh(x[0] * 4), [[7]])
check("softshrink", lambda x: F.softshrink(x[0] * 4), [[7]])
check("hardshrink", lambda x: F.hardshrink(x[0] * 4), [[7]])
check("glu", lambda x: F.glu(x[0], 1), [[2, 4, 2]])
check("prelu", lambda x: F.prelu(x[0], x[1]), [[2, 3, 2], [3]])

for mode in ["reflect", "replicate", "circular", "constant"]:
    check("pad_" + mode, lambda x: F.pad(x[0], [1, 2, 2, 0], mode), [[1, 2, 3, 4]])
check("upsample_nearest", lambda x: torch.ops.aten.upsample_nearest2d(x[0], [5, 3]), [[1, 2, 3, 4]])
check("upsample_nearest_exact", lambda x: torch.ops.aten._upsample_nearest_exact2d(x[0], [5, 3]), [[1, 2, 3, 4]])
check("upsample_bilinear", lambda x: torch.ops.aten.upsample_bilinear2d(x[0], [5, 3], False), [[1, 2, 3, 4]])
check("upsample_bicubic", lambda x: torch.ops.aten.upsample_bicubic2d(x[0], [5, 3], False), [[1, 2, 3, 4]])
check("upsample_antialiased", lambda x: torch.ops.aten._upsample_bilinear2d_aa(x[0], [2, 3], False), [[1, 2, 5, 7]])
check("upsample_trilinear", lambda x: torch.ops.aten.upsample_trilinear3d(x[0], [4, 6, 4], True), [[1, 1, 2, 3, 2]])
for mode in ["bilinear", "nearest", "bicubic"]:
    for padding in ["zeros", "border", "reflection"]:
        check(f"grid_sample_{mode}_{padding}", lambda x: F.grid_sample(x[0], x[1] * 1.3, mode, padding, align_corners=False),
              [[1, 2, 4, 3], [1, 3, 2, 2]], False)
check("affine_grid", lambda x: F.affine_grid(x[0], [2, 1, 3, 2], align_corners=False), [[2, 2, 3]])
check("unfold", lambda x: torch.ops.aten.im2col(x[0], [2, 3], [1, 1], [1, 1], [2, 2]), [[1, 2, 4, 5]])
check("fold", lambda x: torch.ops.aten.col2im(x[0], [4, 5], [2, 3], [1, 1], [1, 1], [2, 2]), [[1, 12, 9]])
check("pixel_shuffle", lambda x: F.pixel_shuffle(x[0], 2), [[1, 8, 2, 3]])
check("pixel_unshuffle", lambda x: F.pixel_unshuffle(x[0], 2), [[1, 2, 4, 6]])
check("channel_shuffle", lambda x: F.channel_shuffle(x[0], 2), [[1, 4, 2, 2]])
check("pairwise_distance", lambda x: F.pairwise_distance(x[0], x[1]), [[3, 4], [3, 4]])
check("cosine_similarity", lambda x: F.cosine_similarity(x[0], x[1]), [[3, 4], [3, 4]])

weights = [[12, 3], [12, 3], [12], [12]]
check("lstm", lambda x: torch.lstm(x[0], [x[1], x[2]], x[3:], True, 1, 0.0, True, False, True), [[2, 4, 3], [1, 2, 3], [1, 2, 3]] + weights)
check("lstm_bidirectional", lambda x: torch.lstm(x[0], [x[1], x[2]], x[3:], False, 1, 0.0, True, True, False),
      [[4, 2, 3], [2, 2, 3], [2, 2, 3], [12, 3], [12, 3], [12, 3], [12, 3]])
check("lstm_packed", lambda x: torch.lstm(x[0], torch.tensor([3, 2, 1]), [x[1], x[2]], x[3:], True, 1, 0.0, True, False),
      [[6, 3], [1, 3, 3], [1, 3, 3]] + weights)
check("gru", lambda x: torch.gru(x[0], x[1], x[2:], True, 1, 0.0, True, False, True), [[2, 4, 3], [1, 2, 3], [9, 3], [9, 3], [9], [9]])
check("rnn_tanh", lambda x: torch.rnn_tanh(x[0], x[1], x[2:], True, 1, 0.0, True, False, True), [[2, 4, 3], [1, 2, 3], [3, 3], [3, 3], [3], [3]])
