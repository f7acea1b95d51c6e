"""Writes gradients as PyTorch computes them, first and second, of small calls of operators (golden_gradients.h):

    python tests/autograd/make_gradients.py     # operator_gradients.pt, of what the lists below name

A file is what torch.save makes of a list of (operator, arguments, gradients, gradients of the gradients): the arguments
in the order of the schema; a gradient for each tensor among them, None for those that want none, of the results summed
with the weights of `weights`; and the same of these gradients, or None where PyTorch has none. All tensors of a dtype are
parts of one.
"""
import pathlib

import torch

HERE = pathlib.Path(__file__).parent


def leaves(value):
    if isinstance(value, torch.Tensor):
        return [value]
    return [t for v in value for t in leaves(v)] if isinstance(value, (list, tuple)) else []


def weights(tensor):
    """Different for neighbours: cos(0.7 i + 0.3) + 0.1, times 1 + 0.5j for complex numbers."""
    values = torch.cos(torch.arange(tensor.numel(), dtype=torch.float64) * 0.7 + 0.3).reshape(tensor.shape) + 0.1
    return (values * (1 + 0.5j) if tensor.is_complex() else values).to(tensor.dtype)


def differentiate(results, inputs):
    """The gradients of the weighted sum of those results that have any."""
    results = [r for r in results if r is not None and r.requires_grad]
    if not results:
        return [None] * len(inputs)
    return torch.autograd.grad(results, inputs, [weights(r) for r in results], create_graph=True, allow_unused=True)


def record(name, *arguments):
    """One case. Tensors of floating point numbers and complex ones want gradients, unless `constant`."""
    packet, _, overload = name.removeprefix("aten::").partition(".")
    op = getattr(getattr(torch.ops.aten, packet), overload or "default")
    tensors = leaves(arguments)
    inputs = [t for t in tensors if (t.is_floating_point() or t.is_complex()) and not getattr(t, "is_constant", False)]
    for t in inputs:
        t.requires_grad_()
    formal = op._schema.arguments
    by_position = [a for a, f in zip(arguments, formal) if not f.kwarg_only]
    by_name = {f.name: a for a, f in zip(arguments, formal) if f.kwarg_only}
    first = differentiate(leaves(op(*by_position, **by_name)), inputs)
    try:
        second = differentiate(first, inputs)
    except RuntimeError as error:
        if "is not implemented" not in str(error):
            raise
        second = None

    def of_all(gradients):
        found = {id(i): torch.zeros_like(i) if g is None else g for i, g in zip(inputs, gradients)}
        return [found.get(id(t)) for t in tensors]

    return name, list(arguments), of_all(first), second and of_all(second)


def constant(tensor):
    tensor.is_constant = True
    return tensor


def packed(cases):
    """The cases with all tensors of a dtype in one."""
    by_dtype = {}

    def collect(value):
        for t in leaves(value):
            by_dtype.setdefault(t.dtype, []).append(t.detach().contiguous().flatten())

    collect(cases)
    stores = {dtype: torch.cat(parts) for dtype, parts in by_dtype.items()}
    offsets = dict.fromkeys(stores, 0)

    def place(value):
        if isinstance(value, torch.Tensor):
            start = offsets[value.dtype]
            offsets[value.dtype] += value.numel()
            return stores[value.dtype][start:start + value.numel()].view(value.shape)
        return type(value)(place(v) for v in value) if isinstance(value, (list, tuple)) else value

    return place(cases)


def write(name, cases):
    torch.save(packed(cases), HERE / name)


def numbers(*sizes, dtype=torch.float64, low=-1.5, high=1.5):
    """Numbers without zeros and repetitions."""
    values = torch.rand(sizes, dtype=torch.float64) * (high - low) + low
    if dtype.is_complex:
        return torch.complex(values, torch.rand(sizes, dtype=torch.float64) - 0.5)
    return values.to(dtype)


def positive(*sizes):
    return numbers(*sizes, low=0.3, high=1.7)


def symmetric(n):
    a = numbers(n, n)
    return a @ a.t() + n * torch.eye(n, dtype=torch.float64)


def regular(n):
    return numbers(n, n) + 3 * torch.eye(n, dtype=torch.float64)


def index(*values):
    return torch.tensor(values)


x = numbers
c = lambda *sizes: numbers(*sizes, dtype=torch.complex128)  # noqa: E731


def reductions():
    yield "aten::sum.dim_IntList", x(2, 3), [0], True
    yield "aten::mean.dim", x(2, 3), [1], False
    yield "aten::nansum", x(2, 3), [0]
    yield "aten::nanmean", x(2, 3), [0]
    yield "aten::prod", x(2, 3)
    yield "aten::prod.dim_int", torch.tensor([[1.0, 0, 2], [0, 0, 3]], dtype=torch.float64), 1
    yield "aten::prod.dim_int", c(2, 3), 0
    yield "aten::max", x(4)
    yield "aten::max.dim", x(2, 3), 1
    yield "aten::min.dim", x(2, 3), 0, True
    yield "aten::amax", torch.tensor([[1.0, 2, 2], [0, 4, 3]], dtype=torch.float64), [1]
    yield "aten::amin", x(2, 3), [0, 1], True
    yield "aten::aminmax", x(2, 3)
    yield "aten::logsumexp", x(2, 3), [1]
    yield "aten::var", x(4), True
    yield "aten::var.correction", x(2, 3), [1], 0, True
    yield "aten::std.dim", x(3, 2), [0], True
    yield "aten::std_mean.correction", x(3, 2), [0], 1
    yield "aten::var_mean.dim", x(3, 2), [1]
    yield "aten::cumsum", x(2, 3), 1
    yield "aten::cumprod", x(2, 3), 1
    yield "aten::cumprod", torch.tensor([2.0, 0, 3, 0, 4], dtype=torch.float64), 0
    yield "aten::logcumsumexp", x(4), 0
    yield "aten::cummax", x(2, 3), 1
    yield "aten::cummin", x(2, 3), 0
    yield "aten::diff", x(4), 2, -1, x(1), None
    yield "aten::quantile", x(2, 4), constant(torch.tensor([0.2, 0.7], dtype=torch.float64)), 1
    yield "aten::nanquantile.scalar", x(2, 4), 0.4
    yield "aten::median", x(5)
    yield "aten::median.dim", x(2, 3), 1
    yield "aten::nanmedian.dim", x(2, 3), 0
    yield "aten::mode", x(2, 3), 1
    yield "aten::kthvalue", x(4), 2
    yield "aten::sort", x(2, 3), 1, True
    yield "aten::topk", x(2, 3), 2
    yield "aten::msort", x(3, 2)
    yield "aten::trace", x(3, 3)


def choices():
    yield "aten::index.Tensor", x(3, 4), [index(2, 0, 2), None]
    yield "aten::index.Tensor", x(3, 2), [None, index(1, 1)]
    yield "aten::index_put", x(3, 2), [index(0, 2)], x(2, 2), False
    yield "aten::index_put", x(3, 2), [index(0, 0)], x(2, 2), True
    yield "aten::index_select", x(3, 2), 0, index(1, 1, 0)
    yield "aten::index_add", x(3, 2), 0, index(2, 2), x(2, 2), 0.5
    yield "aten::index_copy", x(3, 2), 0, index(2, 0), x(2, 2)
    yield "aten::index_fill.int_Scalar", x(3, 2), 0, index(1), 0.5
    yield "aten::index_fill.int_Tensor", x(3, 2), 0, index(1), x()
    yield "aten::gather", x(2, 3), 1, torch.tensor([[0, 0], [2, 1]])
    yield "aten::take_along_dim", x(2, 3), torch.tensor([[0, 2]]), 1
    yield "aten::scatter.src", x(2, 3), 1, torch.tensor([[0, 2], [1, 0]]), x(2, 2)
    yield "aten::scatter.value", x(2, 3), 1, torch.tensor([[0], [2]]), 0.5
    yield "aten::scatter_add", x(2, 3), 1, torch.tensor([[0, 0], [1, 2]]), x(2, 2)
    for reduce in ("sum", "mean", "prod", "amax", "amin"):
        for include_self in (True, False):
            yield "aten::scatter_reduce.two", x(3), 0, index(0, 0, 2, 2), x(4), reduce, include_self
    yield "aten::take", x(2, 3), index(5, 0, 5)
    yield "aten::put", x(2, 3), index(5, 0), x(2)
    yield "aten::masked_fill.Scalar", x(2, 2), torch.tensor([True, False]), 2
    yield "aten::masked_fill.Tensor", x(2, 2), torch.tensor([True, False]), x()
    yield "aten::masked_select", x(2, 2), torch.tensor([True, False])
    yield "aten::masked_scatter", x(2, 2), torch.tensor([[True, False], [True, True]]), x(5)
    yield "aten::select.int", x(2, 3), 1, -1
    yield "aten::slice.Tensor", x(5), 0, 1, -1, 2
    yield "aten::select_scatter", x(2, 3), x(2), 1, 2
    yield "aten::slice_scatter", x(4), x(2), 0, 1, 3
    yield "aten::diagonal_scatter", x(3, 3), x(2), 1
    yield "aten::as_strided", x(6), [2, 3], [2, 1], 1
    yield "aten::where.self", torch.tensor([True, False]), x(2), x(2)
    yield "aten::fill.Tensor", x(2), x()


def arrangements():
    yield "aten::cat", [x(2, 2), x(1, 2)], 0
    yield "aten::stack", [x(2), x(2)], 1
    yield "aten::hstack", [x(2), x(3)]
    yield "aten::vstack", [x(2), x(2, 2)]
    yield "aten::dstack", [x(2, 1), x(2, 1)]
    yield "aten::column_stack", [x(2), x(2, 2)]
    yield "aten::block_diag", [x(2, 1), x(2)]
    yield "aten::meshgrid.indexing", [x(2), x(3)], "xy"
    yield "aten::cartesian_prod", [x(2), x(2)]
    yield "aten::combinations", x(3)
    yield "aten::diag_embed", x(2, 2), 1
    yield "aten::diag", x(3)
    yield "aten::diag", x(2, 3), 1
    yield "aten::diagonal", x(3, 3), -1
    yield "aten::flip", x(2, 3), [0, 1]
    yield "aten::roll", x(2, 3), [1, -1], [0, 1]
    yield "aten::rot90", x(2, 3), 1, [0, 1]
    yield "aten::repeat", x(2), [2, 2]
    yield "aten::tile", x(2, 1), [3]
    yield "aten::repeat_interleave.self_int", x(2, 2), 2, 1
    yield "aten::repeat_interleave.self_Tensor", x(2, 2), index(0, 2), 0
    yield "aten::tril", x(3, 3), 1
    yield "aten::triu", x(3, 3)
    yield "aten::unfold", x(5), 0, 3, 1
    yield "aten::permute", x(2, 3, 1), [2, 0, 1]
    yield "aten::view_as_real", c(2)
    yield "aten::complex", x(2), x(2)
    yield "aten::polar", x(2).abs(), x(2)
    yield "aten::angle", c(2)


def products():
    yield "aten::mm", x(2, 3), x(3, 2)
    yield "aten::mm", c(2, 2), c(2, 2)
    for left, right in (((2,), (2,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 1, 3), (3, 2)), ((2, 1, 3), (3,)),
                        ((2, 3), (2, 3, 1)), ((3,), (2, 3, 1)), ((2, 1, 1, 2), (3, 2, 1))):
        yield "aten::matmul", x(*left), x(*right)
    yield "aten::matmul", c(2, 1, 2), c(2, 2)
    yield "aten::addmm", x(2), x(2, 3), x(3, 2), 0.5, 2
    yield "aten::addbmm", x(2, 2), x(2, 2, 1), x(2, 1, 2), 0.5, 2
    yield "aten::baddbmm", x(2, 2, 2), x(2, 2, 1), x(2, 1, 2), 0.5, 2
    yield "aten::addmv", x(2), x(2, 3), x(3), 0.5, 2
    yield "aten::addr", x(2, 3), x(2), x(3), 0.5, 2
    yield "aten::outer", x(2), x(3)
    yield "aten::inner", x(2, 3), x(1, 3)
    yield "aten::tensordot", x(2, 3), x(3, 2), [0, 1], [1, 0]
    yield "aten::einsum", "ij,jk->ik", [x(2, 2), x(2, 3)]
    yield "aten::einsum", "ii,ij,k->kj", [x(2, 2), x(2, 3), x(2)]
    yield "aten::einsum", "...i,i->...", [c(2, 2), c(2)]
    yield "aten::chain_matmul", [x(2, 1), x(1, 3), x(3, 2)]
    yield "aten::kron", x(2), x(2, 2)
    yield "aten::vdot", c(2), c(2)
    yield "aten::linalg_vecdot", c(2, 2), c(2, 2)
    yield "aten::linalg_cross", x(2, 3), x(1, 3)
    yield "aten::cov", x(2, 3)
    yield "aten::corrcoef", x(2, 4)
    yield "aten::trapezoid.x", x(2, 3), x(3)
    yield "aten::cumulative_trapezoid.dx", x(4), 0.5
    yield "aten::gradient.scalarint", x(4)
    yield "aten::cdist", x(2, 3), x(1, 3), 2.0
    for p in (1.0, 1.5, 3.0, float("inf")):
        yield "aten::cdist", x(2, 2), x(1, 2), p
    yield "aten::renorm", x(2, 3), 2, 0, 0.5
    yield "aten::dist", x(3), x(3), 3


def norms():
    for p in (0, 0.5, 1, 1.5, 2, 3, float("inf"), float("-inf")):
        yield "aten::linalg_vector_norm", x(2, 3), p, [1]
    yield "aten::linalg_vector_norm", c(3), 2
    yield "aten::norm.Scalar", x(3), 2
    yield "aten::linalg_matrix_norm.str_ord", x(2, 3), "nuc"
    for p in (1, -1, 2, -2, float("inf")):
        yield "aten::linalg_matrix_norm", x(2, 2), p


def factorisations():
    yield "aten::linalg_inv", regular(2)
    yield "aten::linalg_solve", regular(2), x(2)
    yield "aten::linalg_solve", regular(2), x(1, 2), False
    yield "aten::linalg_solve_triangular", regular(2), x(2, 1), True
    yield "aten::linalg_solve_triangular", regular(2), x(1, 2), False, False, True
    yield "aten::linalg_det", regular(2)
    yield "aten::linalg_det", torch.tensor([[1.0, 2], [2, 4]], dtype=torch.float64)
    yield "aten::linalg_slogdet", regular(2)
    yield "aten::logdet", symmetric(2)
    yield "aten::linalg_cholesky", symmetric(3)
    yield "aten::cholesky_solve", x(2, 1), torch.linalg.cholesky(symmetric(2))
    yield "aten::cholesky_inverse", torch.linalg.cholesky(symmetric(2))
    yield "aten::linalg_qr", x(3, 2)
    yield "aten::linalg_qr", x(2, 3)
    yield "aten::linalg_svdvals", x(2, 3)
    yield "aten::linalg_eigvalsh", symmetric(3)
    yield "aten::linalg_pinv", x(3, 2), 1e-15
    yield "aten::linalg_matrix_power", regular(2), -2
    yield "aten::linalg_matrix_exp", x(2, 2)
    yield "aten::linalg_lu", regular(3)
    yield "aten::linalg_lu", x(2, 3)
    yield "aten::linalg_lu", x(3, 2)
    yield "aten::linalg_lu_factor", regular(2)
    yield "aten::linalg_tensorinv", regular(4).reshape(2, 2, 2, 2)


def transforms():
    for name in ("fft", "ifft"):
        yield f"aten::fft_{name}", c(3), 4
        yield f"aten::fft_{name}", x(4), 3
    for n in (4, 5):
        yield "aten::fft_rfft", x(2, n)
        yield "aten::fft_irfft", c(3), n
        yield "aten::fft_hfft", c(3), n
        yield "aten::fft_ihfft", x(n)
    yield "aten::fft_fft2", c(2, 2), None, [-2, -1], "ortho"
    yield "aten::fft_irfftn", c(2, 3)
    yield "aten::stft", x(8), 4, 2, None, x(4), False, True, True


def functions():
    for name in ("digamma", "lgamma", "i0", "special_i0e", "special_i1", "special_i1e", "special_erfcx",
                 "special_log_ndtr"):
        yield f"aten::{name}", positive(3)
    yield "aten::special_ndtri", numbers(3, low=0.1, high=0.9)
    yield "aten::polygamma", 2, positive(2)
    yield "aten::mvlgamma", positive(2) + 2, 3
    yield "aten::igamma", constant(positive(2)), positive(2)
    yield "aten::igammac", constant(positive(2)), positive(2)
    yield "aten::nan_to_num", torch.tensor([1.0, float("nan"), float("inf")], dtype=torch.float64)
    yield "aten::float_power.Tensor_Scalar", positive(2), 3
    yield "aten::lerp.Tensor", x(2), x(2), x(2)
    yield "aten::addcdiv", x(2), x(2), positive(2), 0.5
    yield "aten::clamp.Tensor", x(3), x(3), x(3) + 2


if __name__ == "__main__":
    torch.manual_seed(0)
    groups = (reductions, choices, arrangements, products, norms, factorisations, transforms, functions)
    write("operator_gradients.pt", [record(*case) for group in groups for case in group()])
