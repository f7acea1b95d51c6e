"""utils.tensorboard: event files, read back by a reader of the formats."""
import glob
import os
import struct
import zlib

import pytest

import wick
from wick.utils.tensorboard import SummaryWriter


def fields(data):
    """(number, value) of each field of a message."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        key = varint()
        kind = key & 7
        size = {1: 8, 5: 4}.get(kind)
        if kind == 0:
            value = varint()
        else:
            size = varint() if kind == 2 else size
            value = data[at : at + size]
            at += size
            value = struct.unpack("<d", value)[0] if kind == 1 else struct.unpack("<f", value)[0] if kind == 5 else value
        yield key >> 3, value


def events(folder):
    found = []
    for path in sorted(glob.glob(os.path.join(folder, "events.out.tfevents.*"))):
        with open(path, "rb") as file:
            data = file.read()
        while data:
            size = struct.unpack("<Q", data[:8])[0]
            found.append(dict(fields(data[12 : 12 + size])))
            data = data[16 + size :]
    return found


def values(folder):
    """(step, tag, the value's fields) of each summary."""
    return [(event.get(2), dict(fields(value))[1].decode(), dict(fields(value))) for event in events(folder) if 5 in event for _, value in fields(event[5])]


def test_scalars(tmp_path):
    with SummaryWriter(tmp_path) as writer:
        for step in range(3):
            writer.add_scalar("loss", wick.tensor(0.5 * step), step)
        writer.add_scalar("new", 2.0, 7, new_style=True)
        writer.add_scalars("both", {"a": 1.0, "b": 2.0}, 1)
        assert writer.get_logdir() == str(tmp_path)
    assert events(tmp_path)[0][3] == b"brain.Event:2"
    found = values(tmp_path)
    assert [(step, tag, value[2]) for step, tag, value in found[:3]] == [(0, "loss", 0.0), (1, "loss", 0.5), (2, "loss", 1.0)]
    assert struct.unpack("<f", dict(fields(found[3][2][8]))[4])[0] == 2
    assert [(step, tag, value[2]) for step, tag, value in values(tmp_path / "both_b")] == [(1, "both", 2.0)]


def test_checksums():
    from wick.utils.tensorboard._events import _checksum

    # CRC-32C of "123456789" is E3069283; the mask is TFRecord's.
    crc = 0xE3069283
    assert _checksum(b"123456789") == ((crc >> 15 | crc << 17 & 0xFFFFFFFF) + 0xA282EAD8) & 0xFFFFFFFF


def test_histograms_and_pictures(tmp_path):
    x = wick.tensor([-1.0, 0.0, 1.0, 1.0, 2.5])
    writer = SummaryWriter(tmp_path)
    writer.add_histogram("h", x, 3)
    writer.add_image("i", wick.ones(3, 2, 4) * 0.5)
    writer.add_images("is", wick.zeros(10, 1, 2, 2))
    writer.add_text("t", "hello", 1)
    writer.add_audio("s", wick.zeros(10), sample_rate=8000)
    with pytest.raises(ValueError):
        writer.add_histogram("none", wick.zeros(0))
    writer.close()
    found = {tag: value for _, tag, value in values(tmp_path)}
    histogram = dict(fields(found["h"][5]))
    limits, counts = (struct.unpack(f"<{len(histogram[n]) // 8}d", histogram[n]) for n in (6, 7))
    assert (histogram[1], histogram[2], histogram[3], histogram[4], histogram[5]) == (-1, 2.5, 5, 3.5, 9.25)
    assert len(limits) == len(counts) and sum(counts) == 5 and counts[0] == 0 and max(counts) == 2 and limits == tuple(sorted(limits))
    picture = dict(fields(found["i"][4]))
    assert (picture[1], picture[2], picture[3]) == (2, 4, 3) and picture[4].startswith(b"\x89PNG")
    at = picture[4].index(b"IDAT")
    size = struct.unpack(">I", picture[4][at - 4 : at])[0]
    assert zlib.decompress(picture[4][at + 4 : at + 4 + size]) == (b"\0" + b"\x7f" * 12) * 2
    assert dict(fields(found["is"][4]))[2] == 16 and dict(fields(found["is"][4]))[1] == 4
    assert dict(fields(found["t/text_summary"][8]))[8] == b"hello" and dict(fields(found["s"][6]))[4].startswith(b"RIFF")


def test_the_same_as_pytorchs(tmp_path):
    pytest.importorskip("tensorboard")
    torch = pytest.importorskip("torch")
    from torch.utils.tensorboard import SummaryWriter as Theirs

    x = torch.randn(100)
    for folder, Writer, t in (("a", SummaryWriter, wick), ("b", Theirs, torch)):
        writer = Writer(str(tmp_path / folder))
        writer.add_scalar("loss", 0.25, 4, walltime=5.0)
        writer.add_histogram("h", t.tensor(x.tolist()), 3, walltime=5.0)
        writer.add_histogram("fixed", t.tensor(x.tolist()), 3, walltime=5.0, max_bins=5)
        writer.add_text("t", "hello", 1, walltime=5.0)
        writer.close()
    mine, theirs = values(tmp_path / "a"), values(tmp_path / "b")
    for (step, tag, value), (other_step, other_tag, other) in zip(mine, theirs, strict=True):
        assert (step, tag) == (other_step, other_tag)
        if 5 not in value:
            assert value == other
            continue
        for number, part in fields(value[5]):
            expected = dict(fields(other[5]))[number]
            if isinstance(part, bytes):
                part, expected = (struct.unpack(f"<{len(one) // 8}d", one) for one in (part, expected))
            assert part == pytest.approx(expected, rel=1e-6)
