"""The memory behind tensors as PyTorch's storages: where it lies, how large it is, and what is in it."""


class UntypedStorage:
    """The bytes that tensors share. Two tensors share them if their storages have one data_ptr()."""

    def __init__(self, tensor):
        self._tensor = tensor.detach()
        self._address, self._bytes = tensor._storage_memory()

    def data_ptr(self):
        return self._address

    _cdata = property(data_ptr)

    def nbytes(self):
        return self._bytes

    def size(self):
        return self._bytes

    def element_size(self):
        return 1

    @property
    def device(self):
        return self._tensor.device

    @property
    def is_cuda(self):
        return False

    def is_shared(self):
        return self._tensor.is_shared()

    def clone(self):
        return UntypedStorage(self._elements().clone())

    def tolist(self):
        return self._elements().tolist()

    def _elements(self):
        """All of the memory as a tensor, which shares it."""
        import wick

        if self._bytes == 0:
            return wick.empty(0, dtype=wick.uint8)
        whole = self._tensor.as_strided((self._bytes // self._tensor.itemsize,), (1,), 0)
        return whole.view(wick.uint8)

    def __len__(self):
        return self.size()

    def __iter__(self):
        return iter(self.tolist())

    def __getitem__(self, index):
        found = self._elements()[index]
        return UntypedStorage(found) if isinstance(index, slice) else found.item()

    def __setitem__(self, index, value):
        self._elements()[index] = value

    def __repr__(self):
        return f"[torch.storage.UntypedStorage(device={self.device}) of size {self.size()}]"


class TypedStorage(UntypedStorage):
    """The same memory as elements of the tensor's dtype."""

    @property
    def dtype(self):
        return self._tensor.dtype

    def size(self):
        return self._bytes // self._tensor.itemsize

    def element_size(self):
        return self._tensor.itemsize

    def untyped(self):
        return UntypedStorage(self._tensor)

    def clone(self):
        return TypedStorage(self._elements().clone())

    def _elements(self):
        return super()._elements().view(self.dtype)

    def __repr__(self):
        return f"[torch.storage.TypedStorage(dtype={self.dtype}, device={self.device}) of size {self.size()}]"
