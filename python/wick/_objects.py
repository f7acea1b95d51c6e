"""Files with whole objects: those of wick.save, and those of torch.save, whose classes become wick's of the same name."""
import importlib
import io
import zipfile

import wick

from ._legacy import DTYPES
from ._subclass import _rebuild_meta

_STORAGES = {f"{name}Storage": dtype for name, dtype in DTYPES.items()}


_BUILTINS = {"bytearray", "complex", "set"}
# What files of weights name.
_OF_WEIGHTS = {"torch._utils": None, "torch": {*_STORAGES, "Size", "device", "Tensor"}, "torch.nn.parameter": {"Parameter", "Buffer"},
               "builtins": _BUILTINS, "__builtin__": _BUILTINS, "collections": {"OrderedDict", "defaultdict", "Counter"}, "_codecs": {"encode"},
               "wick._weights": {"tensor_from_bytes", "tensor_from_memory"}, "torch._tensor": {"_rebuild_from_type_v2"}, "wick._subclass": {"_rebuild_from_type_v2", "_rebuild_meta"},
               "wick._values": {"Parameter"}, "wick.nn.parameter": {"Parameter", "Buffer"}}


def load_object(data, pickle_module, allowed=None):
    """What a file's pickle makes when it runs. With `allowed` it may name these objects, by their names, and what weights need."""
    if not data.startswith(b"PK"):
        return _unpickler(pickle_module, None, "", allowed)(io.BytesIO(data)).load()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        record = next(name for name in archive.namelist() if name.endswith("/data.pkl"))
        return _unpickler(pickle_module, archive, record.removesuffix("data.pkl"), allowed)(io.BytesIO(archive.read(record))).load()


def _tensor(storage, offset, size, stride, requires_grad, hooks, metadata=None):
    return storage.as_strided(size, stride, offset).requires_grad_(requires_grad)


def _parameter(data, requires_grad, hooks):
    return wick.nn.Parameter(data, requires_grad)


def _unpickler(pickle_module, archive, folder, allowed):
    storages = {}

    class Unpickler(pickle_module.Unpickler):
        def find_class(self, module, name):
            if allowed is not None:
                if f"{module}.{name}" in allowed:
                    return allowed[f"{module}.{name}"]
                names = _OF_WEIGHTS.get(module, ())
                if not (names is None or name in names or (module == "torch" and isinstance(getattr(wick, name, None), wick.dtype))):
                    raise pickle_module.UnpicklingError(
                        f"Weights only load failed: GLOBAL {module}.{name} was not an allowed global by default. Please use "
                        f"`torch.serialization.add_safe_globals([{name}])` to allowlist this global if you trust this class/function.")
            if module == "torch._utils":
                return {"_rebuild_tensor_v2": _tensor, "_rebuild_parameter": _parameter, "_rebuild_meta_tensor_no_storage": _rebuild_meta}[name]
            if module == "torch._tensor":
                module = "wick._subclass"
            if module == "torch" and name in _STORAGES:
                return getattr(wick, _STORAGES[name])
            if module == "torch" or module.startswith("torch."):
                return getattr(importlib.import_module("wick" + module[len("torch"):]), name)
            return super().find_class(module, name)

        def persistent_load(self, reference):
            _, dtype, key, _, count = reference
            if key not in storages:
                data = bytearray(archive.read(f"{folder}data/{key}"))
                storages[key] = wick.frombuffer(data, dtype=dtype) if count else wick.empty(0, dtype=dtype)
            return storages[key]

    return Unpickler
