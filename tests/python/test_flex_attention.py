"""torch.nn.attention.flex_attention beside PyTorch's."""
import importlib
import warnings

import numpy as np
import pytest

import wick


def _flex(t):
    return importlib.import_module(f"{t.__name__}.nn.attention.flex_attention")


def _tensors(t):
    wick.manual_seed(0)
    made = wick.randn(2, 4, 10, 8), wick.randn(2, 2, 12, 8), wick.randn(2, 2, 12, 8), wick.randn(4)
    return [t.tensor(one.numpy()) for one in made]


def _results(t):
    flex, (query, key, value, bias) = _flex(t), _tensors(t)
    documents = t.tensor([0] * 5 + [1] * 7)
    mask = flex.and_masks(lambda b, h, q, k: q >= k, lambda b, h, q, k: documents[q] == documents[k])
    blocks = flex.create_block_mask(mask, 2, None, 10, 12, device="cpu", BLOCK_SIZE=4)
    assert blocks.shape == (2, 1, 10, 12) and blocks.seq_lengths == (10, 12) and blocks.sparsity() == pytest.approx(100 / 3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [blocks.to_dense(),
                flex.create_mask(flex.or_masks(mask, lambda b, h, q, k: (q - k).abs() < 2), 1, 1, 10, 12, device="cpu"),
                flex.flex_attention(query, key, value, lambda s, b, h, q, k: s + bias[h] * (q - k), blocks, enable_gqa=True),
                *flex.flex_attention(query, key, value, block_mask=blocks, scale=0.5, enable_gqa=True, return_lse=True),
                flex.flex_attention(query, query, query, block_mask=flex.create_block_mask(lambda b, h, q, k: (q > 3) & (k > q), None, None, 10, 10, device="cpu"))]


def test_results_are_pytorchs(torch):
    for mine, theirs in zip(_results(wick), _results(torch), strict=True):
        np.testing.assert_allclose(mine.numpy(), theirs.numpy(), rtol=1e-5, atol=1e-6)


def test_gradients_are_those_of_plain_attention():
    query, key, value, _ = _tensors(wick)
    key, value = key.repeat_interleave(2, 1), value.repeat_interleave(2, 1)
    query.requires_grad_()
    flex = _flex(wick)
    mask = flex.create_block_mask(lambda b, h, q, k: q >= k, None, None, 10, 12)
    mine, = wick.autograd.grad(flex.flex_attention(query, key, value, block_mask=mask).sum(), query)
    plain, = wick.autograd.grad(wick.nn.functional.scaled_dot_product_attention(query, key, value, is_causal=True).sum(), query)
    assert wick.allclose(mine, plain, atol=1e-6)
