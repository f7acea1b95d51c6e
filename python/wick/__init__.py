"""wick: tensors, operators and TorchScript without PyTorch.

Operators are functions of this module and methods of Tensor, under PyTorch's names.
"""
import builtins as _builtins
import importlib as _importlib

from ._wick import *  # dtypes, device, Tensor, tensor(), Generator, the errors, …
from ._wick import __version__
from . import _dtype_names as _dtype_names, _legacy as _legacy, _library as _library
from ._values import _assert, broadcast_shapes, Size, Parameter, as_tensor, asarray, from_dlpack, from_numpy, frombuffer, is_tensor, is_floating_point, is_complex, typename
from ._values import inf, nan, pi, e, newaxis, layout, memory_format, _mkldnn, jagged, sparse_bsc, sparse_bsr, sparse_coo, sparse_csc, sparse_csr, strided, contiguous_format, preserve_format, channels_last, channels_last_3d
from ._values import empty_permuted, finfo, full, iinfo, nonzero, unravel_index
from ._default_device import get_default_device, set_default_device
from ._grad_mode import enable_grad, inference_mode, is_inference_mode_enabled, no_grad, set_grad_enabled
from ._printing import get_printoptions, printoptions, set_printoptions
from ._weights import load, save
from . import _subclass as _subclass, _tensor as _tensor
from .random import get_rng_state, initial_seed, manual_seed, seed, set_rng_state

# Where programs name them.
JITException = ScriptError
for _type in (Tensor, Generator, Size, device, dtype, layout, memory_format):
    _type.__module__ = __name__
Parameter.__module__ = "wick.nn.parameter"

# Imported when they are first asked for, so that `import wick` is fast.
_MODULES = {"_C", "__config__", "_dynamo", "_higher_order_ops", "_tensor_str", "_VF", "accelerator", "amp", "ao", "autograd", "backends", "compiler", "cpu", "cuda",
            "distributed", "distributions", "fft", "func", "functional", "futures", "fx", "hub", "jit", "library", "linalg", "multiprocessing", "nn",
            "onnx", "ops", "optim", "overrides", "profiler", "quasirandom", "return_types", "serialization", "sparse", "special", "storage", "testing",
            "torch_version", "types", "utils", "version"}
_HOMES = {
    "_checks": {"_check", "_check_index", "_check_is_size", "_check_not_implemented", "_check_tensor_all", "_check_tensor_all_with", "_check_type",
                "_check_value", "_check_with"},
    "_settings": {"are_deterministic_algorithms_enabled", "compiled_with_cxx11_abi", "init_num_threads",
                  "set_anomaly_enabled", "get_deterministic_debug_mode", "get_device_module",
                  "get_float32_matmul_precision", "get_num_interop_threads", "set_deterministic_debug_mode", "set_warn_always",
                  "is_warn_always_enabled", "is_deterministic_algorithms_warn_only_enabled",
                  "set_float32_matmul_precision", "set_flush_denormal", "set_num_interop_threads", "use_deterministic_algorithms"},
    "_dynamo.eval_frame": {"compile"},
    "_lowrank": {"pca_lowrank", "svd_lowrank"},
    "_dtype_names": _dtype_names.NAMES,
    "_legacy": {"set_default_tensor_type", *_legacy.TYPES},
    "_functional": {"einsum"},
    "_higher_order_ops": {"cond", "while_loop"},
    "cuda": {"Event", "OutOfMemoryError", "Stream"},
    "utils.dlpack": {"to_dlpack"},
    "types": {"SymBool", "SymFloat", "SymInt", "sym_float", "sym_int", "sym_max", "sym_min", "sym_not", "sym_sum"},
    "storage": {"TypedStorage", "UntypedStorage", "from_file", "is_storage", "Storage", *(f"{name}Storage" for name in _legacy.DTYPES)},
    "_copies": {"_conj_copy", "_neg_view_copy", "alias_copy", "as_strided_copy", "detach_copy", "diagonal_copy", "expand_copy", "indices_copy",
                "permute_copy", "select_copy", "slice_copy", "slice_inverse", "split_copy", "split_with_sizes_copy", "squeeze_copy", "t_copy",
                "transpose_copy", "unbind_copy", "unfold_copy", "unsqueeze_copy", "values_copy", "view_as_complex_copy", "view_as_real_copy",
                "view_copy"},
    "_factors": {"ormqr"},
    "_histogram": {"histogramdd"},
    "_schemas": {"parse_schema"},
    "_lobpcg": {"lobpcg"},
    "serialization": {"PyTorchFileReader"},
    "sparse": {"dsmm", "sparse_coo_tensor", "spmm"},
    "amp": {"GradScaler"},
    "amp.autocast_mode": {"autocast", "is_autocast_enabled", "set_autocast_enabled", "get_autocast_dtype", "set_autocast_dtype",
                          "is_autocast_cpu_enabled", "set_autocast_cpu_enabled", "get_autocast_cpu_dtype", "set_autocast_cpu_dtype",
                          "get_autocast_gpu_dtype", "set_autocast_gpu_dtype"},
}


def vmap(func, in_dims=0, out_dims=0, randomness="error", *, chunk_size=None):
    """func.vmap."""
    from .func import vmap

    return vmap(func, in_dims, out_dims, randomness, chunk_size=chunk_size)


def __getattr__(name):
    if name in _MODULES:
        return _importlib.import_module(f"wick.{name}")
    for home, names in _HOMES.items():
        if name in names:
            return getattr(_importlib.import_module(f"wick.{home}"), name)
    if name.startswith("_foreach_"):
        from ._foreach import foreach

        found = foreach(name.removeprefix("_foreach_"))
        if found is not None:
            globals()[name] = found
            return found
    if not name.startswith("__"):
        # What is more than one operator goes before the operator of its name.
        if _library.defines("functional", name):
            found = getattr(_importlib.import_module("wick.functional"), name)
        else:
            found = _library.operator(name)
        if found is not None:
            globals()[name] = found
            return found
    raise AttributeError(f"module 'wick' has no attribute '{name}'")


def __dir__():
    from ._wick import _operator_names

    return _builtins.sorted({*globals(), *_operator_names(), *_MODULES})
