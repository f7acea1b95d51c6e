"""torch.nn.attention.flex_attention: attention whose scores a function changes, and whose mask a function tells.

The functions get whole tensors of scores and of numbers of batches, heads, queries and keys that broadcast against each other, where PyTorch's
vmap shows them one element each. All scores are computed: blocks that a mask leaves out save no time here.
"""
import math
import typing

import wick

_DEFAULT_SPARSE_BLOCK_SIZE = 128


class AuxRequest(typing.NamedTuple):
    lse: bool = False
    max_scores: bool = False


class AuxOutput(typing.NamedTuple):
    lse: typing.Optional[wick.Tensor] = None
    max_scores: typing.Optional[wick.Tensor] = None


def _places(*sizes):
    """The numbers of all batches, heads, queries and keys, each along a dimension of its own."""
    return [wick.arange(size).view([-1 if other == place else 1 for other in range(len(sizes))]) for place, size in enumerate(sizes)]


def noop_mask(batch, head, token_q, token_kv):
    return batch.new_ones((), dtype=wick.bool)


def create_mask(mod_fn, B, H, Q_LEN, KV_LEN, device=None):
    """The mask of mod_fn(batch, head, query, key) as a tensor of (B, H, Q_LEN, KV_LEN)."""
    sizes = (B or 1, H or 1, Q_LEN, KV_LEN)
    return wick.as_tensor(mod_fn(*_places(*sizes))).expand(sizes).contiguous()


class BlockMask:
    """The mask of a function for sequences of such lengths."""

    def __init__(self, mask_mod, shape, block_size):
        self.mask_mod = mask_mod
        self.shape = shape
        self.seq_lengths = shape[2:]
        self.BLOCK_SIZE = block_size

    def to(self, device):
        return self

    def to_dense(self):
        """1 for each block (of queries and keys) in which something is attended to."""
        mask = create_mask(self.mask_mod, *self.shape)
        short = [-size % block for size, block in zip(self.seq_lengths, self.BLOCK_SIZE)]
        mask = wick.nn.functional.pad(mask, (0, short[1], 0, short[0]))
        rows, columns = mask.shape[2] // self.BLOCK_SIZE[0], mask.shape[3] // self.BLOCK_SIZE[1]
        return mask.view(*self.shape[:2], rows, self.BLOCK_SIZE[0], columns, self.BLOCK_SIZE[1]).any(5).any(3).to(wick.int32)

    def sparsity(self):
        """How many scores in a hundred are left out, as blocks are."""
        return 100 - 100 * self.to_dense().sum().item() * math.prod(self.BLOCK_SIZE) / math.prod(self.shape)


def create_block_mask(mask_mod, B, H, Q_LEN, KV_LEN, device=None, BLOCK_SIZE=_DEFAULT_SPARSE_BLOCK_SIZE, _compile=False, **other):
    return BlockMask(mask_mod, (B or 1, H or 1, Q_LEN, KV_LEN), (BLOCK_SIZE, BLOCK_SIZE) if isinstance(BLOCK_SIZE, int) else BLOCK_SIZE)


def or_masks(*mask_mods):
    def or_mask(b, h, q_idx, kv_idx):
        found = b.new_zeros((), dtype=wick.bool)
        for mask in mask_mods:
            found = found | mask(b, h, q_idx, kv_idx)
        return found

    return or_mask


def and_masks(*mask_mods):
    def and_mask(b, h, q_idx, kv_idx):
        found = b.new_ones((), dtype=wick.bool)
        for mask in mask_mods:
            found = found & mask(b, h, q_idx, kv_idx)
        return found

    return and_mask


def flex_attention(query, key, value, score_mod=None, block_mask=None, scale=None, enable_gqa=False, return_lse=False, kernel_options=None, *,
                   return_aux=None):
    """softmax(score_mod(scale query keyᵀ, batch, head, query, key)) value, over (B, H, L, E), for what the mask lets through; `scale` is
    1/√E if none is given. return_lse: the logarithms of the sums of exponentials, too."""
    if enable_gqa and query.size(1) != key.size(1):
        key, value = (one.repeat_interleave(query.size(1) // one.size(1), 1) for one in (key, value))
    scale = query.size(-1) ** -0.5 if scale is None else scale
    precision = wick.float64 if query.dtype == wick.float64 else wick.float32
    scores = (query @ key.transpose(-2, -1)).to(precision) * scale
    places = _places(*scores.shape)
    if score_mod is not None:
        scores = score_mod(scores, *places)
    if block_mask is not None:
        scores = wick.where(block_mask.mask_mod(*places), scores, -wick.inf)
    lse = scores.logsumexp(-1)
    nothing = (scores == -wick.inf).all(-1, keepdim=True)  # is seen by a query: its result is 0
    weights = wick.where(nothing, 0.0, scores.softmax(-1))
    result = weights.to(query.dtype) @ value
    if return_aux is not None:
        return result, AuxOutput(lse if return_aux.lse else None, scores.amax(-1) if return_aux.max_scores else None)
    return (result, lse) if return_lse else result
