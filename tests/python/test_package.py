"""The extension module as a file."""
import struct
import sys

import pytest

import wick


@pytest.mark.skipif(not sys.platform.startswith("linux") or sys.maxsize < 2**32, reason="reads ELF of 64 bits")
def test_variables_of_threads_have_room():
    """glibc keeps 512 bytes for variables of libraries that are loaded while a program runs; above that, reaching one takes a call that looks it up,
    dozens of times in a call of an operator."""
    with open(wick._wick.__file__, "rb") as file:
        header = file.read(64)
        assert header[:6] == b"\x7fELF\x02\x01"
        (offset,), (size, count) = struct.unpack_from("<Q", header, 32), struct.unpack_from("<HH", header, 54)
        file.seek(offset)
        segments = [struct.unpack_from("<IIQQQQQQ", file.read(size)) for _ in range(count)]
    sizes = [in_memory for kind, _, _, _, _, _, in_memory, _ in segments if kind == 7]
    assert len(sizes) == 1 and sizes[0] <= 480
