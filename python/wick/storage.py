"""The memory behind tensors as PyTorch's storages: where it lies, how large it is, and what is in it."""
import mmap

import wick

from ._legacy import DTYPES


class UntypedStorage:
    """The bytes that tensors share. Two tensors share them if their storages have one data_ptr()."""

    def __init__(self, given=0, *, device=None):
        """So many new bytes, these ones, or all that the storage of a tensor has."""
        if isinstance(given, int):
            given = wick.empty(given, dtype=wick.uint8)
        elif not isinstance(given, wick.Tensor):
            given = wick.tensor(given, dtype=wick.uint8)
        self._tensor = given.detach()
        self._address, self._bytes = given._storage_memory()

    @classmethod
    def from_file(cls, filename, shared=False, nbytes=0):
        """The first bytes of a file, mapped; changes go back into it if it is `shared`."""
        if nbytes == 0:
            return cls()
        with open(filename, "r+b" if shared else "rb") as file:
            memory = mmap.mmap(file.fileno(), nbytes, access=mmap.ACCESS_WRITE if shared else mmap.ACCESS_COPY)
        return cls(wick.frombuffer(memory, dtype=wick.uint8))

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

    def untyped(self):
        return UntypedStorage(self._tensor)

    def clone(self):
        return type(self)(self._elements().clone())

    def tolist(self):
        return self._elements().tolist()

    def _elements(self):
        """All of the memory as a tensor, which shares it."""
        if self._bytes == 0:
            return wick.empty(0, dtype=wick.uint8)
        whole = self._tensor.as_strided((self._bytes // self._tensor.itemsize,), (1,), 0)
        return whole.view(wick.uint8)

    # By these as_tensor and asarray take a storage.
    def __dlpack__(self, **options):
        return self._elements().__dlpack__(**options)

    def __dlpack_device__(self):
        return self._tensor.__dlpack_device__()

    def __len__(self):
        return self.size()

    def __iter__(self):
        return iter(self.tolist())

    def __getitem__(self, index):
        found = self._elements()[index]
        # A part is a storage of its own over the same memory.
        return type(self)(wick.from_dlpack(found)) if isinstance(index, slice) else found.item()

    def __setitem__(self, index, value):
        self._elements()[index] = value

    def _type(self):
        return "torch.storage.UntypedStorage("

    def __repr__(self):
        elements = "".join(f" {value}\n" for value in self)
        return f"{elements}[{self._type()}device={self.device}) of size {self.size()}]"


class TypedStorage(UntypedStorage):
    """The same memory as elements of the tensor's dtype."""

    @property
    def dtype(self):
        return self._tensor.dtype

    def size(self):
        return self._bytes // self._tensor.itemsize

    def element_size(self):
        return self._tensor.itemsize

    def _elements(self):
        return super()._elements().view(self.dtype)

    def _type(self):
        return f"torch.storage.TypedStorage(dtype={self.dtype}, "


class _OldStorage(type):
    """The storages of one dtype under their old names: makes them, and knows them."""

    def __call__(cls, *given):
        if not given:
            given = (0,)
        if len(given) > 1 or not isinstance(given[0], (int, list, tuple)):
            raise TypeError(f"{cls.__name__}() takes a size or a sequence")
        return TypedStorage(wick.empty(given[0], dtype=cls.dtype) if isinstance(given[0], int) else wick.tensor(given[0], dtype=cls.dtype))

    def __instancecheck__(cls, value):
        return isinstance(value, TypedStorage) and value.dtype == cls.dtype

    def from_file(cls, filename, shared=False, size=0):
        """The first elements of a file, mapped."""
        return TypedStorage(UntypedStorage.from_file(filename, shared, size * cls.dtype.itemsize)._elements().view(cls.dtype))


OLD_NAMES = {f"{name}Storage": _OldStorage(f"{name}Storage", (), {"dtype": getattr(wick, dtype), "is_cuda": False, "__module__": __name__})
             for name, dtype in DTYPES.items()}
OLD_NAMES["Storage"] = OLD_NAMES["FloatStorage"]
globals().update(OLD_NAMES)


def from_file(filename, shared=None, size=0, *, dtype=None, layout=None, device=None, pin_memory=False):
    """A tensor of the first elements of a file, mapped; changes go back into it if it is `shared`, which makes the file large enough, too."""
    dtype = wick.get_default_dtype() if dtype is None else dtype
    wanted = size * dtype.itemsize
    if shared:
        with open(filename, "ab") as file:
            if file.tell() < wanted:
                file.truncate(wanted)
    return UntypedStorage.from_file(filename, bool(shared), wanted)._elements().view(dtype)


def is_storage(obj):
    return isinstance(obj, UntypedStorage)
