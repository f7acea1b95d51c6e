"""The first corpus of each fuzzing target, from the fixtures and programs: seeds.py tests fuzz-corpus"""
import hashlib
import os
import random
import re
import sys
import zipfile

MAX_SIZE = 64 * 1024
# What takes long to read, in proportion to its length.
MAX_TEXT = 4 * 1024


def put(corpus, target, data):
    if len(data) > (MAX_SIZE if target in ("zip", "archive", "tensor_file") else MAX_TEXT):
        return
    folder = os.path.join(corpus, target)
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, hashlib.sha1(data).hexdigest())
    if not os.path.exists(path):
        with open(path, "wb") as f:
            f.write(data)


def add_archive(corpus, path, data):
    put(corpus, "zip", data)
    put(corpus, "archive", data)
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(".py"):
                put(corpus, "source", archive.read(name))
            elif name.endswith("pkl"):
                put(corpus, "pickle", archive.read(name))


def add_programs(corpus, folder):
    for path, _, files in os.walk(folder):
        for name in files:
            if name.endswith(".py") and path != folder:
                with open(os.path.join(path, name), "rb") as f:
                    put(corpus, "program", f.read())
    # Choices in the grammar of programs.
    for seed in range(100):
        put(corpus, "program", b"\0" + random.Random(seed).randbytes(200))


def main(tests, corpus):
    add_programs(corpus, os.path.join(tests, "conformance"))
    for folder, _, files in os.walk(os.path.join(tests, "data")):
        for name in files:
            path = os.path.join(folder, name)
            with open(path, "rb") as f:
                data = f.read()
            if name.endswith(".graph.txt"):
                for graph in re.split(r"^===.*\n", data.decode(), flags=re.M):
                    if graph:
                        put(corpus, "graph", graph.encode())
            elif name.endswith((".safetensors", ".npy")) or (name.endswith(".pt") and (".inputs" in name or ".outputs" in name or "saved" in folder)):
                put(corpus, "tensor_file", data)
            elif name.endswith(".pt"):
                add_archive(corpus, path, data)


if __name__ == "__main__":
    main(*sys.argv[1:])
