"""Sparse tensors beside PyTorch's: making, printing, arithmetic, products, gradients, optimizers, what is refused."""
import copy
import pickle

import numpy as np
import pytest

import wick
from wick import nn

I, V = [[0, 1, 1], [2, 0, 2]], [3.0, 4.0, 5.0]


def make(lib, **options):
    return lib.sparse_coo_tensor(lib.tensor(I), lib.tensor(V), (2, 3), **options)


def same(ours, theirs):
    """Layout, parts and values."""
    assert str(ours.layout) == str(theirs.layout)
    if ours.is_sparse:
        assert ours.is_coalesced() == theirs.is_coalesced()
        assert tuple(ours.shape) == tuple(theirs.shape)
        np.testing.assert_array_equal(ours._indices().numpy(), theirs._indices().numpy())
        np.testing.assert_allclose(ours.detach()._values().numpy(), theirs.detach()._values().numpy(), rtol=1e-5)
    else:
        np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), rtol=1e-5)


# What gives the same tensor in both, from an uncoalesced s, its coalesced c, and a strided d.
EXPRESSIONS = """
s.to_dense() | s.coalesce() | s.clone() | -s | s * 2 | s / 2 | s.sqrt() | s.abs() | s.relu() | s.sin() | s.pow(2) | c + c | c - c
d + s | d - s | s * d | d * s | s * torch.ones(3) | c * c | s @ torch.ones(3, 2) | torch.ones(2, 2) @ s | s @ torch.ones(3) | c @ c.t()
torch.sparse.mm(s, torch.ones(3, 2)) | torch.addmm(torch.ones(2, 2), s, torch.ones(3, 2), beta=0.5, alpha=2) | s.sum() | s.sum(0)
torch.sparse.sum(c, 1) | torch.sparse.sum(s) | s.t() | s.transpose(0, 1) | s.to(torch.float64) | torch.zeros_like(s) | torch.empty_like(s)
d.sparse_mask(c) | torch.sparse.softmax(c, 1) | torch.sparse.log_softmax(c, 0) | torch.cat([s, s]) | torch.stack([s, s]) | s.unsqueeze(0)
c.index_select(1, torch.tensor([2, 0, 2])) | s[0] | torch.eye(3).to_sparse() | torch.eye(3).to_sparse(1) | torch.tensor(3.0).to_sparse()
torch.sparse_coo_tensor(size=(2, 3)) | torch.sparse_coo_tensor([[0, 2]], [1.0, 2.0]) | d.to_sparse() | s.isnan().to(torch.float32)
torch.ones(2, 3).add_(s, alpha=-2) | torch.ones(2, 3).sub_(s) | s.clone().mul_(3) | c.clone().add_(c) | s.clone().zero_() | s.detach()
""".replace("\n", "|").split("|")


@pytest.mark.parametrize("text", [text.strip() for text in EXPRESSIONS if text.strip()])
def test_expressions(torch, text):
    results = []
    for lib in (wick, torch):
        s = make(lib)
        results.append(eval(text, dict(torch=lib, s=s, c=s.coalesce(), d=lib.arange(6.0).reshape(2, 3))))
    same(*results)


PRINTED = """
s | s.coalesce() | torch.eye(20).to_sparse() | s.to(torch.float64).requires_grad_() | torch.sparse_coo_tensor(size=(2, 3)) | s.to(torch.int32)
torch.sparse_coo_tensor([[0, 1]], [[1.0, 2.0], [3.0, 4.0]], (3, 2)) | torch.tensor(0.0).to_sparse() | [s.layout, torch.strided]
torch.sparse_coo_tensor(torch.tensor([[0]]), torch.tensor([1.0], requires_grad=True), (3,))
""".replace("\n", "|").split("|")


@pytest.mark.parametrize("text", [text.strip() for text in PRINTED if text.strip()])
def test_printing(torch, text):
    ours, theirs = (repr(eval(text, dict(torch=lib, s=make(lib)))) for lib in (wick, torch))
    assert ours == theirs


@pytest.mark.parametrize("indices, values, size, message", [
    ([[0, 5]], [1.0, 2.0], (3,), "size is inconsistent with indices: for dim 0, size is 3 but found index 5"),
    ([[0, -1]], [1.0, 2.0], (3,), "found negative index -1 for dim 0"),
    ([[0, -1]], [1.0, 2.0], None, "found negative index -1 for dim 0"),
    ([[0, 1]], [1.0, 2.0, 3.0], (3,), "must have same nnz"),
    ([[0, 1]], [1.0, 2.0], (3, 3), "is not satisfied: len\\(size\\) = 2, sparse_dim = 1, dense_dim = 0"),
    ([0, 1], [1.0, 2.0], (3,), "indices must be sparse_dim x nnz"),
    ([[0, 2**62], [0, 2**62]], [1.0, 2.0], (2**62 + 1, 2**62 + 1), "overflow|too many|oo large"),
])
def test_parts_that_do_not_fit(indices, values, size, message):
    with pytest.raises(RuntimeError, match=message):
        wick.sparse_coo_tensor(indices, values, size).coalesce()


def test_claim_of_being_coalesced():
    with pytest.raises(RuntimeError, match="cannot set is_coalesced to true"):
        wick.sparse_coo_tensor([[1, 0]], [1.0, 2.0], (3,), is_coalesced=True)
    assert wick.sparse_coo_tensor([[0, 1]], [1.0, 2.0], (3,), is_coalesced=True).is_coalesced()


def test_indices_that_were_overwritten():
    """Kernels look at indices again."""
    s = make(wick)
    s._indices()[0, 0] = 10**9
    with pytest.raises(RuntimeError, match="found index 1000000000"):
        s.to_dense()


def test_parts():
    s = make(wick)
    assert (s.sparse_dim(), s.dense_dim(), s._nnz(), s.is_sparse, s.layout == wick.sparse_coo) == (2, 0, 3, True, True)
    assert wick.ones(2).layout == wick.strided and not wick.ones(2).is_sparse
    for name in ("indices", "values"):
        with pytest.raises(RuntimeError, match=f"Cannot get {name} on an uncoalesced tensor, please call .coalesce"):
            getattr(s, name)()
        with pytest.raises(RuntimeError, match=f"{name} expected sparse (coordinate )?tensor layout but got Strided"):
            getattr(wick.ones(2), name)()


def test_what_there_is_not():
    s, d = make(wick), wick.ones(2, 3)
    for call in (lambda: s.exp(), lambda: s.max(), lambda: s == s, lambda: wick.equal(s, s), lambda: s.view(6), lambda: d.where(d > 0, s)):
        with pytest.raises(NotImplementedError, match="Could not run 'aten::.*' with arguments from the 'SparseCPU' backend"):
            call()
    with pytest.raises(NotImplementedError, match="from the 'CPU' backend"):
        d._nnz()
    for call in (lambda: s + d, lambda: s + 1, lambda: s.clone().add_(d)):
        with pytest.raises(RuntimeError, match=r"add\(sparse, dense\) is not supported"):
            call()
    with pytest.raises(TypeError, match="can't convert Sparse layout tensor to numpy"):
        s.numpy()
    for call in (s.tolist, s.data_ptr):
        with pytest.raises(RuntimeError, match="Cannot access data pointer of Tensor that doesn't have storage"):
            call()
    with pytest.raises(NotImplementedError, match="Cannot access storage of SparseTensorImpl"):
        s.untyped_storage()
    with pytest.raises(RuntimeError, match="Sparse division requires a scalar"):
        s / d


def test_scripts():
    @wick.jit.script
    def f(a: wick.Tensor, x: wick.Tensor):
        y = a.mm(x).relu()
        return y * 2, a.is_sparse, a.to_dense().sum()

    s = make(wick)
    product, is_sparse, total = f(s, wick.ones(3, 2))
    assert product.tolist() == [[6.0, 6.0], [18.0, 18.0]] and is_sparse and total.item() == 12

    @wick.jit.script
    def g(a: wick.Tensor):
        return wick.exp(a) + 1

    with pytest.raises(Exception, match="Could not run 'aten::exp'"):
        g(s)

    @wick.jit.script
    def h(a: wick.Tensor):
        held = [a]
        held.append(a)
        return held[1].to_dense()

    assert h(s).tolist() == s.to_dense().tolist()


GRADIENTS = """
torch.sparse.mm(a, x).sum() | (a.t() @ torch.ones(2, 2)).sum() | (a * 2).to_dense().pow(2).sum() | torch.sparse.sum(a * a)
(a.to_dense() * torch.arange(6.0).reshape(2, 3)).sum() | a.coalesce().values().pow(2).sum() | torch.sparse.sum(a, 0).to_dense().pow(3).sum()
torch.addmm(torch.ones(2, 2), a, x).pow(2).sum() | (a + a).to_dense().pow(2).sum() | a.sum() * 3
torch.sparse.softmax(a, 1).to_dense().pow(2).sum()
""".replace("\n", "|").split("|")


@pytest.mark.parametrize("text", [text.strip() for text in GRADIENTS if text.strip()])
def test_gradients_of_values(torch, text):
    results = []
    for lib in (wick, torch):
        v = lib.tensor(V, requires_grad=True)
        x = lib.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], requires_grad=True)
        a = lib.sparse_coo_tensor(lib.tensor(I), v, (2, 3))
        if lib is torch and "softmax" in text:
            a = a.coalesce()
        eval(text, dict(torch=lib, a=a, x=x)).backward()
        results.append([v.grad.tolist(), x.grad.tolist() if x.grad is not None else None])
    np.testing.assert_allclose(results[0][0], results[1][0], rtol=1e-5)
    if results[1][1]:
        np.testing.assert_allclose(results[0][1], results[1][1], rtol=1e-5)


def test_gradient_through_to_sparse():
    x = wick.tensor([[1.0, 0.0], [2.0, 3.0]], requires_grad=True)
    (x.to_sparse() * 3).to_dense().sum().backward()
    assert x.grad.tolist() == [[3.0, 0.0], [3.0, 3.0]]
    a = make(wick).requires_grad_()
    wick.sparse.mm(a, wick.ones(3, 1)).sum().backward()
    assert a.grad.is_sparse and a.grad.to_dense().tolist() == [[0.0, 0.0, 1.0], [1.0, 0.0, 1.0]]


def layers(lib):
    table = lib.nn.Embedding(5, 2, padding_idx=3, sparse=True)
    bag = lib.nn.EmbeddingBag(5, 2, mode="mean", sparse=True)
    with lib.no_grad():
        for layer in (table, bag):
            layer.weight.copy_(lib.arange(10.0).reshape(5, 2) / 7)
    return table, bag


def test_embeddings(torch):
    grads = []
    for lib in (wick, torch):
        table, bag = layers(lib)
        for rows in ([[1, 2], [1, 3]], [[4, 1], [0, 0]]):
            at = lib.tensor(rows)
            (table(at).pow(2).sum() + bag(at).pow(2).sum()).backward()
        grads.append([table.weight.grad, bag.weight.grad])
    for ours, theirs in zip(*grads):
        assert ours.is_sparse and theirs.is_sparse
        np.testing.assert_allclose(ours.to_dense().numpy(), theirs.to_dense().numpy(), rtol=1e-5)
    # Sparse and strided gradients meet.
    table = layers(wick)[0]
    (table(wick.tensor([1])).sum() + table.weight.sum()).backward()
    assert not table.weight.grad.is_sparse and table.weight.grad[1].tolist() == [2.0, 2.0]
    table(wick.tensor([1])).sum().backward()
    assert table.weight.grad[:2].tolist() == [[1.0, 1.0], [3.0, 3.0]]
    table.zero_grad()
    table(wick.tensor([1])).sum().backward()
    table.zero_grad(set_to_none=False)
    assert table.weight.grad.is_sparse and table.weight.grad._nnz() == 0
    with pytest.raises(RuntimeError, match="scale_grad_by_freq not supported with sparse gradients"):
        nn.Embedding(5, 2, sparse=True, scale_grad_by_freq=True)(wick.tensor([1])).sum().backward()


@pytest.mark.parametrize("name, options", [
    ("SGD", dict(lr=0.1)), ("SGD", dict(lr=0.1, maximize=True)), ("SGD", dict(lr=0.1, momentum=0.9)),
    ("SGD", dict(lr=0.1, momentum=0.9, nesterov=True)), ("Adagrad", dict(lr=0.1)), ("Adagrad", dict(lr=0.1, lr_decay=0.1, maximize=True)),
    ("SparseAdam", dict(lr=0.1)), ("SparseAdam", dict(lr=0.05, betas=(0.5, 0.8), maximize=True))])
def test_optimizers(torch, name, options):
    weights = []
    for lib in (wick, torch):
        table = layers(lib)[0]
        optimizer = getattr(lib.optim, name)(table.parameters(), **options)
        for rows in ([1, 2, 1], [4, 0, 3], [1, 1, 4]):
            optimizer.zero_grad()
            table(lib.tensor(rows)).pow(3).sum().backward()
            optimizer.step()
        weights.append((table.weight.detach().numpy(), optimizer.state_dict()))
    np.testing.assert_allclose(weights[0][0], weights[1][0], rtol=1e-5)
    ours, theirs = (state["state"].get(0, {}) for _, state in weights)
    assert {key for key in ours if key != "step"} == {key for key, value in theirs.items() if value is not None and key != "step"}


def test_optimizers_that_refuse():
    for name in ("Adam", "AdamW", "Adamax", "NAdam", "RAdam", "RMSprop", "Rprop", "ASGD", "Adadelta"):
        table = layers(wick)[0]
        table(wick.tensor([1])).sum().backward()
        with pytest.raises(RuntimeError, match="does not support sparse gradients"):
            getattr(wick.optim, name)(table.parameters()).step()
    table = layers(wick)[0]
    table(wick.tensor([1])).sum().backward()
    with pytest.raises(RuntimeError, match="weight_decay option is not compatible with sparse gradients"):
        wick.optim.Adagrad(table.parameters(), weight_decay=0.1).step()
    table.weight.grad = wick.ones(5, 2)
    with pytest.raises(RuntimeError, match="SparseAdam does not support dense gradients, please consider Adam instead"):
        wick.optim.SparseAdam(table.parameters()).step()
    with pytest.raises(ValueError, match="Invalid learning rate: 0"):
        wick.optim.SparseAdam(table.parameters(), lr=0)


def test_buffers_and_copies():
    class Alignment(nn.Module):
        def __init__(self):
            super().__init__()
            mask = wick.zeros(4, 6, dtype=wick.bool)
            mask[1, 2] = mask[3, 0] = True
            self.register_buffer("alignment_heads", mask.to_sparse(), persistent=False)

        def forward(self):
            return self.alignment_heads.indices().T

    module = Alignment()
    assert module().tolist() == [[1, 2], [3, 0]]
    assert copy.deepcopy(module)().tolist() == [[1, 2], [3, 0]]
    assert module.state_dict() == {}
    copied = copy.deepcopy(make(wick))
    copied.mul_(2)
    assert copied.to_dense().sum() == 24 and make(wick).to_dense().sum() == 12


def test_files(torch, tmp_path):
    """Each loads what the other saved."""
    for writer, reader in ((wick, wick), (wick, torch), (torch, wick)):
        s = make(writer)
        writer.save({"s": s, "c": s.coalesce(), "h": writer.ones(3, 2).to_sparse(1)}, tmp_path / "s.pt")
        loaded = reader.load(tmp_path / "s.pt")
        same(loaded["s"], s)
        same(loaded["c"], s.coalesce())
        assert loaded["h"].to_dense().tolist() == [[1.0, 1.0]] * 3
    for protocol in (2, 5):
        assert pickle.loads(pickle.dumps(make(wick), protocol)).to_dense().tolist() == [[0.0, 0.0, 3.0], [4.0, 0.0, 5.0]]


def test_archives(tmp_path):
    class Masked(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("mask", make(wick))

        def forward(self, x):
            return self.mask.mm(x)

    module = wick.jit.script(Masked())
    module.save(str(tmp_path / "m.pt"))
    assert wick.jit.load(str(tmp_path / "m.pt"))(wick.ones(3, 1)).tolist() == [[3.0], [9.0]]


def test_gradients_of_scripts():
    @wick.jit.script
    def f(a: wick.Tensor, x: wick.Tensor):
        return (a.mm(x * 2)).relu().sum()

    s, x = make(wick), wick.ones(3, 2, requires_grad=True)
    for _ in range(3):
        x.grad = None
        f(s, x).backward()
        assert x.grad.tolist() == [[8.0, 8.0], [0.0, 0.0], [16.0, 16.0]]
    net = wick.jit.script(nn.Embedding(5, 2, sparse=True))
    net(wick.tensor([1, 1])).sum().backward()
    assert net.weight.grad.is_sparse and net.weight.grad.to_dense()[1].tolist() == [2.0, 2.0]


def test_traces():
    s = make(wick)
    traced = wick.jit.trace(lambda x: s.mm(x) + 1, (wick.ones(3, 1),))
    assert traced(wick.ones(3, 1)).tolist() == [[4.0], [10.0]]


def test_threads():
    """A thread that was there before the first sparse tensor looks for them too."""
    import subprocess
    import sys

    program = """
import threading, wick
asked, answered, found = threading.Event(), threading.Event(), []
def work():
    wick.ones(2).exp()
    answered.set()
    asked.wait()
    try:
        found.append(sparse.exp())
    except NotImplementedError:
        found.append("refused")
thread = threading.Thread(target=work)
thread.start()
answered.wait()
sparse = wick.eye(2).to_sparse()
asked.set()
thread.join()
print(found[0])
"""
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "refused\n"


def test_factories_that_fill_make_strided_tensors_alone():
    assert wick.zeros(2, layout=wick.strided).layout is wick.strided
    for factory in (wick.ones, wick.rand, wick.randn):
        with pytest.raises(NotImplementedError, match="only tensors of layout torch.strided are made here"):
            factory(2, layout=wick.sparse_coo)


def test_old_types(t):
    x = t.sparse.FloatTensor(t.tensor([[0, 1], [1, 0]]), t.tensor([1.0, 2.0]), t.Size((2, 3)))
    assert x.to_dense().tolist() == [[0, 1, 0], [2, 0, 0]] and x.dtype == t.float32
    assert t.sparse.FloatTensor(t.tensor([[0, 1], [1, 0]]), t.tensor([1.0, 2.0])).shape == (2, 2)
    assert t.sparse.FloatTensor(2, 3).shape == (2, 3) and repr(t.sparse.FloatTensor) == "<class 'torch.sparse.FloatTensor'>"
    assert t.spmm(x, t.ones(3, 1)).tolist() == [[1], [2]]
    assert isinstance(x, t.sparse.FloatTensor) and not isinstance(x.double(), t.sparse.FloatTensor)
