"""Values of a summary, each for its plugin of TensorBoard."""
import struct
import zlib

import wick

from ._events import double, doubles, message, single, whole


def _tensor(values):
    return wick.as_tensor(values).detach()


def _plugin(name, content=b""):
    return message(9, message(1, message(1, name) + (message(2, content) if content else b"")))


def _value(tag, *fields):
    return message(1, message(1, tag) + b"".join(fields))


def scalar(tag, value, new_style=False, double_precision=False):
    value = float(value.item() if hasattr(value, "item") else value)
    if not new_style:
        return _value(tag, single(2, value))
    kind, content = (2, struct.pack("<d", value)) if double_precision else (1, struct.pack("<f", value))
    return _value(tag, _plugin("scalars"), message(8, whole(1, kind) + message(2, b"") + message(4, content)))


def _default_edges():
    edges, edge = [], 1e-12
    while edge < 1e20:
        edges.append(edge)
        edge *= 1.1
    return [-one for one in reversed(edges)] + [0.0] + edges


def histogram(tag, values, bins="tensorflow", max_bins=None):
    """How many values lie below each limit and above the one before."""
    values = _tensor(values).double().reshape(-1)
    if values.numel() == 0:
        raise ValueError("The input has no element.")
    low, high = values.min().item(), values.max().item()
    if bins == "tensorflow":
        edges = wick.tensor(_default_edges(), dtype=wick.float64)
    else:
        count = max(1, min(int(values.numel() ** 0.5), 512)) if isinstance(bins, str) else bins
        edges = wick.linspace(low, high if high > low else low + 1, count + 1, dtype=wick.float64) if isinstance(count, int) else _tensor(bins).double()
    last = len(edges) - 2
    places = wick.where(values == edges[-1], last, wick.searchsorted(edges, values, right=True) - 1)
    counts = wick.bincount(places[(places >= 0) & (places <= last)], minlength=last + 1).double()
    limits = edges[1:]
    if max_bins is not None and len(counts) > max_bins:
        group = len(counts) // max_bins
        parts = counts.split(group)
        counts = wick.stack([part.sum() for part in parts])
        limits = wick.stack([part[-1] for part in limits.split(group)])
    filled = counts.nonzero().reshape(-1)
    if filled.numel() == 0:
        raise ValueError("The histogram is empty, please file a bug report.")
    # One empty bucket stands before the first that has something in it.
    first, final = filled[0].item(), filled[-1].item() + 1
    counts, limits = counts[:final].tolist(), limits[:final].tolist()
    if first > 0:
        counts, limits = counts[first - 1 :], limits[first - 1 :]
    else:
        counts, limits = [0.0, *counts], [edges[0].item(), *limits]
    histo = (double(1, low) + double(2, high) + double(3, values.numel()) + double(4, values.sum().item()) + double(5, values.square().sum().item())
             + doubles(6, limits) + doubles(7, counts))
    return _value(tag, message(5, histo))


def _png(pixels):
    """A picture of bytes, (height, width, channels), as a PNG file."""
    height, width, channels = pixels.shape
    raw = pixels.contiguous().numpy().tobytes()
    row = width * channels
    lines = b"".join(b"\0" + raw[i * row : (i + 1) * row] for i in range(height))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, {1: 0, 3: 2, 4: 6}[channels], 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


def pixels_of(image, dataformats):
    """A picture as (height, width, channels); several are put beside each other."""
    image = _tensor(image)
    dataformats = dataformats.upper()
    if image.dim() != len(dataformats) or len(set(dataformats)) != len(dataformats):
        raise AssertionError(f"size of input tensor and input format are different. tensor shape: {tuple(image.shape)}, input_format: {dataformats}")
    if "N" in dataformats:
        images = image.permute([dataformats.index(letter) for letter in "NCHW"])
        columns = min(len(images), 8)
        rows = -(-len(images) // columns)
        blank = images.new_zeros(rows * columns - len(images), *images.shape[1:])
        count, channels, height, width = wick.cat([images, blank]).shape
        image = wick.cat([images, blank]).view(rows, columns, channels, height, width).permute(0, 3, 1, 4, 2).reshape(rows * height, columns * width, channels)
    elif "C" in dataformats:
        image = image.permute([dataformats.index(letter) for letter in "HWC"])
    else:
        image = image.permute([dataformats.index(letter) for letter in "HW"])[..., None]
    return image.expand(-1, -1, 3) if image.shape[-1] == 1 else image


def image(tag, tensor, dataformats="NCHW"):
    pixels = pixels_of(tensor, dataformats)
    if pixels.dtype != wick.uint8:
        pixels = (pixels.float() * 255).clamp(0, 255).to(wick.uint8)
    height, width, channels = pixels.shape
    return _value(tag, message(4, whole(1, height) + whole(2, width) + whole(3, channels) + message(4, _png(pixels))))


def audio(tag, tensor, sample_rate=44100):
    samples = (_tensor(tensor).float().reshape(-1).clamp(-1, 1) * 32767).to(wick.int16).numpy().tobytes()
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(samples), b"WAVE", b"fmt ", 16, 1, 1, sample_rate, sample_rate * 2, 2, 16, b"data", len(samples))
    return _value(tag, message(6, single(1, sample_rate) + whole(2, 1) + whole(3, len(samples) // 2) + message(4, head + samples)
                               + message(5, "audio/wav")))


def text(tag, text_string):
    return _value(f"{tag}/text_summary", _plugin("text"), message(8, whole(1, 7) + message(2, message(2, whole(1, 1))) + message(8, text_string)))
