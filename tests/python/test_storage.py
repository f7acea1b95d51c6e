"""Storages: the memory that tensors share, as programs look for it."""


def test_tensors_that_share_memory_have_one_storage(t):
    x = t.arange(6.0).view(2, 3)
    storage = x.untyped_storage()
    assert storage.data_ptr() == x.data_ptr() and storage.nbytes() == 24 and len(storage) == 24
    assert x[1].untyped_storage().data_ptr() == storage.data_ptr() != x[1].data_ptr()
    assert x.t().storage().data_ptr() == x.detach().untyped_storage().data_ptr()
    assert x.clone().untyped_storage().data_ptr() != storage.data_ptr()
    assert t.empty(0).untyped_storage().data_ptr() == 0 and t.empty(0).untyped_storage().nbytes() == 0
    assert isinstance(storage, t.UntypedStorage)


def test_elements_of_a_storage(t):
    x = t.arange(6, dtype=t.int16)[2:4]
    storage = x.storage()
    assert storage.size() == 6 and storage.nbytes() == 12 and storage.element_size() == 2 and storage.dtype == t.int16
    assert storage.tolist() == [0, 1, 2, 3, 4, 5] and storage[2] == 2
    assert x.untyped_storage().tolist()[:4] == [0, 0, 1, 0]
    storage[2] = 9
    assert x[0].item() == 9
    assert storage.untyped().nbytes() == 12


def test_parts_of_a_storage_are_storages(t):
    x = t.arange(10, dtype=t.uint8)
    part = x.untyped_storage()[2:5]
    assert part.size() == 3 and part.tolist() == [2, 3, 4]
    part[0] = 99
    assert x[2].item() == 99 and t.asarray(part, dtype=t.uint8).tolist() == [99, 3, 4]
    assert t.asarray(x.untyped_storage(), dtype=t.uint8).data_ptr() == x.data_ptr()
    assert repr(part) == " 99\n 3\n 4\n[torch.storage.UntypedStorage(device=cpu) of size 3]"


def test_storages_of_files(t, tmp_path):
    (tmp_path / "bytes").write_bytes(bytes(range(20)))
    storage = t.UntypedStorage.from_file(str(tmp_path / "bytes"), False, 20)
    assert t.asarray(storage[4:8], dtype=t.uint8).view(t.int32).item() == 0x07060504
    storage[0] = 7
    assert (tmp_path / "bytes").read_bytes()[0] == 0
    t.UntypedStorage.from_file(str(tmp_path / "bytes"), True, 20)[0] = 7
    assert (tmp_path / "bytes").read_bytes()[0] == 7


def test_tensors_take_storages(t):
    assert t.tensor([]).set_(t.UntypedStorage(8)).shape == (2,)
    x = t.zeros(3)
    x.set_(t.arange(6.0).untyped_storage(), 1, (2,), (2,))
    assert x.tolist() == [1, 3]
    source = t.arange(6.0)
    assert x.set_(source, 2, (2, 2)).tolist() == [[2, 3], [4, 5]] and x.data_ptr() == source[2:].data_ptr()
    assert x.set_().numel() == 0


def test_storages_are_known(t):
    x = t.ones(2)
    assert t.is_storage(x.untyped_storage()) and t.is_storage(x.storage()) and not t.is_storage(x)


def test_tied_weights_are_found(t):
    class Tied(t.nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = t.nn.Embedding(5, 3)
            self.head = t.nn.Linear(3, 5, bias=False)
            self.head.weight = self.embedding.weight

    groups = {}
    for name, value in Tied().state_dict().items():
        groups.setdefault(value.untyped_storage().data_ptr(), []).append(name)
    assert list(groups.values()) == [["embedding.weight", "head.weight"]]
