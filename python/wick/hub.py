"""torch.hub: weights from the network, kept in a folder, and models that a `hubconf.py` names."""
import hashlib
import importlib.util
import os
import re
import shutil
import sys
import tempfile
import urllib.request
import zipfile
from urllib.parse import urlparse

import wick

__all__ = ["download_url_to_file", "get_dir", "help", "list", "load", "load_state_dict_from_url", "set_dir"]

# resnet18-f37072fd.pth: what the file's SHA-256 begins with.
HASH_REGEX = re.compile(r"-([a-f0-9]*)\.")
_folder = None


def _get_torch_home():
    home = os.getenv("TORCH_HOME", os.path.join(os.getenv("XDG_CACHE_HOME", "~/.cache"), "torch"))
    return os.path.expanduser(home)


def get_dir():
    """The folder of what was loaded."""
    return _folder or os.path.join(_get_torch_home(), "hub")


def set_dir(d):
    global _folder
    _folder = os.path.expanduser(d)


def download_url_to_file(url, dst, hash_prefix=None, progress=True):
    """Loads a file; RuntimeError if its SHA-256 doesn't begin with `hash_prefix`. What is at `dst` stays until all of it is there."""
    dst = os.path.expanduser(dst)
    request = urllib.request.Request(url, headers={"User-Agent": "torch.hub"})
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=os.path.dirname(dst) or ".", delete=False) as file:
        try:
            with urllib.request.urlopen(request) as response:
                while block := response.read(1 << 17):
                    file.write(block)
                    digest.update(block)
            if hash_prefix and not digest.hexdigest().startswith(hash_prefix):
                raise RuntimeError(f'invalid hash value (expected "{hash_prefix}", got "{digest.hexdigest()}")')
            file.close()
            shutil.move(file.name, dst)
        finally:
            if os.path.exists(file.name):
                os.remove(file.name)


def load_state_dict_from_url(url, model_dir=None, map_location=None, progress=True, check_hash=False, file_name=None, weights_only=False):
    """What `load` reads from a file of the network, which is kept in `model_dir`."""
    model_dir = model_dir or os.path.join(get_dir(), "checkpoints")
    os.makedirs(model_dir, exist_ok=True)
    name = file_name or os.path.basename(urlparse(url).path)
    path = os.path.join(model_dir, name)
    if not os.path.exists(path):
        found = HASH_REGEX.search(name) if check_hash else None
        sys.stderr.write(f'Downloading: "{url}" to {path}\n')
        download_url_to_file(url, path, found.group(1) if found else None, progress)
    return wick.load(path, map_location=map_location, weights_only=weights_only)


def _repository(repo, source, force_reload):
    """The folder of a repository: `repo` itself, or that of owner/name[:branch] at GitHub."""
    if source == "local":
        return os.path.expanduser(repo)
    if source != "github":
        raise ValueError(f'Unknown source: "{source}". Allowed values: "github" | "local".')
    name, _, ref = repo.partition(":")
    ref = ref or "main"
    folder = os.path.join(get_dir(), f"{name}_{ref}".replace("/", "_"))
    if force_reload or not os.path.exists(folder):
        os.makedirs(get_dir(), exist_ok=True)
        with tempfile.TemporaryDirectory(dir=get_dir()) as unpacked:
            archive = os.path.join(unpacked, "archive.zip")
            download_url_to_file(f"https://github.com/{name}/zipball/{ref}", archive)
            with zipfile.ZipFile(archive) as file:
                file.extractall(unpacked)
                top = file.namelist()[0].split("/")[0]
            shutil.rmtree(folder, ignore_errors=True)
            shutil.move(os.path.join(unpacked, top), folder)
    return folder


def _hubconf(repo, source, force_reload):
    folder = _repository(repo, source, force_reload)
    sys.path.insert(0, folder)
    try:
        spec = importlib.util.spec_from_file_location("hubconf", os.path.join(folder, "hubconf.py"))
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(folder)
    return module


def _entry(module, name):
    entry = getattr(module, name, None)
    if not callable(entry):
        raise RuntimeError(f"Cannot find callable {name} in hubconf")
    return entry


def load(repo_or_dir, model, *args, source="github", trust_repo=None, force_reload=False, verbose=True, skip_validation=False, **kwargs):
    """What the function `model` of a repository's hubconf.py gives for the other arguments. It runs the repository's Python."""
    return _entry(_hubconf(repo_or_dir, source, force_reload), model)(*args, **kwargs)


def list(github, force_reload=False, skip_validation=False, trust_repo=None, verbose=True):
    """The names of a repository's models."""
    module = _hubconf(github, "github", force_reload)
    return [name for name in dir(module) if callable(getattr(module, name)) and not name.startswith("_")]


def help(github, model, force_reload=False, skip_validation=False, trust_repo=None):
    """What is written about a model."""
    return _entry(_hubconf(github, "github", force_reload), model).__doc__
