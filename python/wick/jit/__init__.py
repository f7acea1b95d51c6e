"""torch.jit: compiled modules and functions."""
from .._wick import Future, ScriptError as Error, ScriptFunction, _load_bytes, _load_file
from .._files import path_of as _path_of, read as _read, write as _write
from ._annotations import Attribute, Final, _overload, _overload_method, annotate, export, ignore, interface, isinstance, script_method, unused
from ._annotations import fork, is_scripting, wait
from ._freeze import freeze, optimize_for_inference, run_frozen_optimizations
from ._script import ScriptModule
from ._trace import TracerWarning, TracingCheckError, is_tracing, script_if_tracing, trace, trace_module
from ._unit import CompilationUnit

__all__ = [
    "Attribute", "CompilationUnit", "Error", "Final", "Future", "ScriptFunction", "ScriptModule", "TracerWarning", "TracingCheckError", "annotate", "export",
    "fork", "freeze", "ignore", "interface", "is_scripting", "is_tracing", "isinstance", "load", "optimize_for_inference",
    "run_frozen_optimizations", "save", "script", "script_if_tracing", "script_method", "trace", "trace_module", "unused", "wait",
]

_fork, _wait, _script_if_tracing = fork, wait, script_if_tracing


def load(f, map_location=None, _extra_files=None):
    """The module of an archive: a path, a file object or bytes. `_extra_files`, a dict, is given the bytes of the files it names."""
    if map_location is not None and not str(getattr(map_location, "type", map_location)).startswith("cpu"):
        raise RuntimeError(f"wick computes on the CPU: map_location={map_location!r} is not possible")
    path = _path_of(f)
    module, files = _load_file(path) if path is not None else _load_bytes(_read(f))
    if _extra_files is not None:
        for name in _extra_files:
            if name in files:
                _extra_files[name] = files[name]
    return module


def save(m, f, _extra_files=None):
    """Writes a ScriptModule or ScriptFunction to a path or file object, as PyTorch and wick load it."""
    path = _path_of(f)
    if path is not None:
        m.save(path, _extra_files)
    else:
        _write(f, m.save_to_buffer(_extra_files))


def script(obj, *unused, **also_unused):
    """A function, class or module in compiled form (docs/python.md tells how its text and its names are found)."""
    from ._compiler import script as compile

    return compile(obj)
