"""Event files as TensorBoard reads them: records with checksums (TFRecord) of protocol buffers (event.proto, summary.proto of TensorFlow)."""
import os
import socket
import struct
import threading
import time


def _crc_table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


_TABLE = _crc_table()


def _checksum(data):
    """CRC-32C, masked as in TFRecord."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17 & 0xFFFFFFFF) + 0xA282EAD8) & 0xFFFFFFFF


def record(data):
    length = struct.pack("<Q", len(data))
    return length + struct.pack("<I", _checksum(length)) + data + struct.pack("<I", _checksum(data))


# Fields of messages: a number, and a value of the kind that the function is named after.


def _varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def whole(field, value):
    return _varint(field << 3) + _varint(int(value))


def double(field, value):
    return _varint(field << 3 | 1) + struct.pack("<d", value)


def single(field, value):
    return _varint(field << 3 | 5) + struct.pack("<f", value)


def message(field, value):
    value = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def doubles(field, values):
    return message(field, struct.pack(f"<{len(values)}d", *values))


_files = 0


class EventFile:
    """A file of a folder that events are appended to."""

    def __init__(self, folder, suffix=""):
        global _files
        os.makedirs(folder, exist_ok=True)
        name = f"events.out.tfevents.{int(time.time()):010d}.{socket.gethostname()}.{os.getpid()}.{_files}{suffix}"
        _files += 1
        self.path = os.path.join(folder, name)
        self._file, self._lock = open(self.path, "ab"), threading.Lock()
        self._write(message(3, "brain.Event:2"), None, None)
        self.flush()

    def _write(self, what, step, wall_time):
        event = double(1, time.time() if wall_time is None else wall_time) + (b"" if step is None else whole(2, step)) + what
        with self._lock:
            self._file.write(record(event))

    def add(self, summary, step=None, wall_time=None):
        """A summary: the values of a step."""
        self._write(message(5, summary), step, wall_time)

    def purge(self, step):
        """What was written for the step and later ones before does not count: the log begins anew (SessionLog.START)."""
        self._write(message(7, whole(1, 1)), step, None)

    def flush(self):
        with self._lock:
            self._file.flush()

    def close(self):
        with self._lock:
            self._file.close()
