"""Paths, file objects and bytes, as loading and saving take them."""
import os


def path_of(f):
    """The path that `f` is, or None when it is something to read from or write to."""
    return os.fspath(f) if isinstance(f, (str, os.PathLike)) else None


def read(f):
    """All bytes of a file object, or the bytes themselves."""
    return bytes(f) if isinstance(f, (bytes, bytearray, memoryview)) else f.read()


def write(f, data):
    f.write(data)
