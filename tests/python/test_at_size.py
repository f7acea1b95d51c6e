"""Kernels that work in blocks and vectors, at sizes around those: wick beside PyTorch."""
import itertools
import math

import numpy as np
import pytest

import wick

F = wick.nn.functional


def same(ours, theirs, rtol=1e-5, atol=1e-6):
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=rtol, atol=atol)


def both(torch, x):
    return wick.from_numpy(x.numpy().copy()), x


@pytest.mark.parametrize("n", [1, 2, 3, 9, 16, 30, 37, 64, 101, 200, 401, 512, 3000])
@pytest.mark.parametrize("rows", [1, 3, 4, 6, 17])
def test_transforms(torch, n, rows):
    torch.manual_seed(0)
    for dim in (0, 1):
        ours, theirs = both(torch, torch.randn((rows, n) if dim else (n, rows), dtype=torch.float64))
        same(wick.fft.rfft(ours, dim=dim), torch.fft.rfft(theirs, dim=dim), 1e-9, 1e-10)
        same(wick.fft.fft(ours, dim=dim), torch.fft.fft(theirs, dim=dim), 1e-9, 1e-10)
        ours, theirs = wick.fft.rfft(ours, dim=dim), torch.fft.rfft(theirs, dim=dim)
        same(wick.fft.ifft(ours, dim=dim), torch.fft.ifft(theirs, dim=dim), 1e-9, 1e-10)
        same(wick.fft.irfft(ours, n=n, dim=dim), torch.fft.irfft(theirs, n=n, dim=dim), 1e-9, 1e-10)


@pytest.mark.parametrize("shape, dims", [((4, 5), None), ((3, 4, 5), (0, 2)), ((3, 4, 6), (2, 0)), ((16, 33), None), ((2, 1, 7), None)])
def test_transforms_of_real_signals_are_mirrored(torch, shape, dims):
    ours, theirs = both(torch, torch.randn(shape))
    same(wick.fft.fftn(ours, dim=dims), torch.fft.fftn(theirs, dim=dims), 1e-4, 1e-4)
    same(wick.fft.rfftn(ours, dim=dims), torch.fft.rfftn(theirs, dim=dims), 1e-4, 1e-4)


@pytest.mark.parametrize("shape", [(5, 7), (33, 65), (4, 100, 3), (2, 3, 4, 5), (10, 1000), (3, 0, 2), (2, 140000)])
def test_sums(torch, shape):
    torch.manual_seed(1)
    ours, theirs = both(torch, torch.randn(shape, dtype=torch.float64))
    for count in range(1, len(shape) + 1):
        for dims in itertools.combinations(range(len(shape)), count):
            same(ours.sum(dims), theirs.sum(dims), 1e-11, 1e-11)
            # Floats are good to a bit or two of what is summed.
            same(ours.float().sum(dims), theirs.float().sum(dims, dtype=torch.float64).float(), 3e-7, 3e-7 * math.sqrt(theirs.numel() + 1))
            same(ours.float().mean(dims), theirs.float().mean(dims), 1e-5, 1e-5)
            same(wick.logsumexp(ours, dims), torch.logsumexp(theirs, dims), 1e-11, 1e-11)
    same(ours.transpose(0, 1)[::2].sum(0), theirs.transpose(0, 1)[::2].sum(0), 1e-11, 1e-11)
    for dim in range(len(shape)):
        same(ours.float().cumsum(dim), theirs.float().cumsum(dim), 1e-4, 1e-4)
        same((ours * 9).long().cumsum(dim), (theirs * 9).long().cumsum(dim))


def test_sums_of_what_is_not_finite(torch):
    infinity, nothing = math.inf, math.nan
    for row in ([infinity, 1.0], [-infinity, -infinity], [nothing, 1.0], [infinity, nothing], [infinity, -infinity]):
        ours, theirs = both(torch, torch.tensor(row * 20))
        same(ours.sum(), theirs.sum())
        same(wick.logsumexp(ours, 0), torch.logsumexp(theirs, 0))


@pytest.mark.parametrize("mode", ["bilinear", "nearest", "bicubic"])
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("align", [False, True])
def test_samples(torch, mode, padding, align):
    torch.manual_seed(2)
    x, grid = torch.randn(2, 3, 9, 8), torch.randn(2, 40, 60, 2)
    if mode != "bicubic":
        x[0, 1, 4, 4], x[1, 0, 0, 0] = math.inf, math.nan
    options = dict(mode=mode, padding_mode=padding, align_corners=align)
    same(F.grid_sample(both(torch, x)[0], both(torch, grid)[0], **options), torch.nn.functional.grid_sample(x, grid, **options), 1e-4, 1e-4)
    if mode != "bicubic":
        x, grid = torch.randn(2, 2, 3, 4, 5), torch.randn(2, 4, 5, 6, 3)
        same(F.grid_sample(both(torch, x)[0], both(torch, grid)[0], **options), torch.nn.functional.grid_sample(x, grid, **options), 1e-4, 1e-4)


@pytest.mark.parametrize("kernel, dilation, padding, stride", list(itertools.product([1, 3, (2, 3)], [1, 2], [0, 2], [1, 2, 5])))
def test_blocks_of_images(torch, kernel, dilation, padding, stride):
    ours, theirs = both(torch, torch.randn(2, 3, 9, 8))
    blocks = torch.nn.functional.unfold(theirs, kernel, dilation, padding, stride)
    same(F.unfold(ours, kernel, dilation, padding, stride), blocks)
    same(F.fold(both(torch, blocks)[0], (9, 8), kernel, dilation, padding, stride), torch.nn.functional.fold(blocks, (9, 8), kernel, dilation, padding, stride))


@pytest.mark.parametrize("factor", [1, 2, 3])
def test_shuffles(torch, factor):
    ours, theirs = both(torch, (torch.randn(2, 2 * factor**2, 3, 5) * 9).to(torch.int16))
    same(F.pixel_shuffle(ours, factor), torch.nn.functional.pixel_shuffle(theirs, factor))
    same(F.pixel_unshuffle(F.pixel_shuffle(ours, factor), factor), theirs)


@pytest.mark.parametrize("shape", [(0,), (5,), (4, 6), (3, 4, 5), (2, 0, 3), (2000,)])
def test_masks(torch, shape):
    ours, theirs = both(torch, torch.randn(shape))
    same(ours[ours > 0], theirs[theirs > 0])
    same((ours > 0).nonzero(), (theirs > 0).nonzero())
    same(wick.masked_select(ours, ours > 0.5), torch.masked_select(theirs, theirs > 0.5))
    same(ours.mT[ours.mT > 0] if len(shape) > 1 else ours, theirs.mT[theirs.mT > 0] if len(shape) > 1 else theirs)
    for dim in range(len(shape)):
        same(ours.flip(dim), theirs.flip(dim))
    ours[ours > 0], theirs[theirs > 0] = 3.0, 3.0
    same(ours, theirs)
    turned, turned_theirs = ours.transpose(0, -1), theirs.transpose(0, -1)
    turned[turned < 0], turned_theirs[turned_theirs < 0] = wick.tensor([2.0]), torch.tensor([2.0])
    same(ours, theirs)
    x = wick.ones(shape, requires_grad=True)
    x[x > 0].sum().backward()
    assert (x.grad == 1).all()


def test_ranks(torch):
    torch.manual_seed(3)
    ours, theirs = both(torch, torch.randint(0, 50, (4, 5000)).float())
    for k in (0, 1, 5, 50):
        for largest in (True, False):
            for mine, other in zip(wick.topk(ours, k, largest=largest), torch.topk(theirs, k, largest=largest)):
                same(mine, other)
    line, values = torch.arange(13.0).div(2, rounding_mode="floor"), torch.randint(-1, 8, (4, 30)).float()
    for right in (False, True):
        same(wick.searchsorted(both(torch, line)[0], both(torch, values)[0], right=right), torch.searchsorted(line, values, right=right))


def test_distances(torch):
    x, y = torch.randn(2, 60, 40) + 100, torch.randn(2, 50, 40) + 100
    y[:, 3] = x[:, 5]
    y[:, 4] = x[:, 5] + 1e-4
    y[0, 0, 0], x[1, 2, 3] = math.nan, math.nan
    exact = torch.cdist(x.double(), y.double(), compute_mode="donot_use_mm_for_euclid_dist").float()
    same(wick.cdist(both(torch, x)[0], both(torch, y)[0]), exact, 1e-5, 0)


def test_powers(torch):
    x = torch.cat([torch.randn(100) * 3, torch.rand(1000) * 5, torch.tensor([0.0, -0.0, 1, -1, math.inf, -math.inf, math.nan, 1e-40, 1e38, 81])])
    for exponent in (2.5, -1.5, 0.3, 100.0, 1.0, 0.0, math.inf, -math.inf, math.nan, 4.0):
        same(wick.pow(both(torch, x)[0], exponent), torch.pow(x, exponent), 3e-6, 0)


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "bfloat16"])
@pytest.mark.parametrize("shape", [(5,), (16,), (17,), (513,), (70, 70)])
def test_random_numbers(torch, shape, dtype):
    for t in (wick, torch):
        t.manual_seed(5)
    for name in ("rand", "randn"):
        ours, theirs = (getattr(t, name)(*shape, dtype=getattr(t, dtype)).double() for t in (wick, torch))
        assert (ours.numpy() == theirs.numpy()).all()
    assert (wick.empty(50).uniform_(-2, 3).numpy() == torch.empty(50).uniform_(-2, 3).numpy()).all()


@pytest.mark.parametrize("shape", [(3, 8, 8), (2, 5, 7), (4, 1, 9)])
def test_small_products(torch, shape):
    ours, theirs = both(torch, torch.randn(shape))
    same(ours @ ours.mT, theirs @ theirs.mT, 1e-5, 1e-5)
    same(ours.mT @ ours, theirs.mT @ theirs, 1e-5, 1e-5)
    same((ours.transpose(0, 1) @ ours.transpose(0, 1).mT), theirs.transpose(0, 1) @ theirs.transpose(0, 1).mT, 1e-5, 1e-5)


@pytest.mark.parametrize("shape", [(40, 2), (9, 30, 3), (3000, 1, 5), (2, 9, 7)])
def test_copies_with_few_columns(torch, shape):
    ours, theirs = both(torch, torch.randn(shape))
    same(ours.transpose(0, 1).contiguous(), theirs.transpose(0, 1).contiguous())
    same(ours.flip(-1)[::2].double(), theirs.flip(-1)[::2].double())
    for dim in range(len(shape)):
        same(ours.repeat_interleave(3, dim), theirs.repeat_interleave(3, dim))
    target, target_theirs = both(torch, torch.zeros(shape + (2,)))
    target[..., 1], target_theirs[..., 1] = ours, theirs
    same(target, target_theirs)
