"""Weights and models from elsewhere: torch.hub, here from files."""
import hashlib

import pytest


def test_weights_are_loaded_once(t, tmp_path):
    t.save({"a": t.ones(2)}, tmp_path / "weights.pth")
    digest = hashlib.sha256((tmp_path / "weights.pth").read_bytes()).hexdigest()
    (tmp_path / "weights.pth").rename(tmp_path / f"weights-{digest[:8]}.pth")
    url = (tmp_path / f"weights-{digest[:8]}.pth").as_uri()
    for _ in range(2):
        state = t.hub.load_state_dict_from_url(url, model_dir=str(tmp_path / "kept"), progress=False, check_hash=True)
        assert state["a"].tolist() == [1, 1]
        (tmp_path / f"weights-{digest[:8]}.pth").unlink(missing_ok=True)


def test_other_files_are_refused(t, tmp_path):
    (tmp_path / "weights").write_bytes(b"else")
    with pytest.raises(RuntimeError, match="invalid hash value"):
        t.hub.download_url_to_file((tmp_path / "weights").as_uri(), str(tmp_path / "here"), hash_prefix="00000000", progress=False)
    assert [path.name for path in tmp_path.iterdir()] == ["weights"]


def test_models_of_a_folder(t, tmp_path):
    (tmp_path / "hubconf.py").write_text('def scale(by):\n    """Multiplies."""\n    return lambda x: by * x\n')
    assert t.hub.load(str(tmp_path), "scale", 3, source="local")(2) == 6
    with pytest.raises(RuntimeError, match="Cannot find callable none in hubconf"):
        t.hub.load(str(tmp_path), "none", source="local")


def test_the_folder_of_what_was_loaded(t, monkeypatch, tmp_path):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    assert t.hub.get_dir() == str(tmp_path / "hub")
    t.hub.set_dir(str(tmp_path / "other"))
    assert t.hub.get_dir() == str(tmp_path / "other")
    monkeypatch.undo()


def test_models_of_a_repository_that_was_loaded_before(t, tmp_path):
    before = t.hub.get_dir()
    (tmp_path / "owner_name_main").mkdir()
    (tmp_path / "owner_name_main" / "hubconf.py").write_text('def scale(by):\n    """Multiplies."""\n    return lambda x: by * x\n')
    t.hub.set_dir(str(tmp_path))
    try:
        assert t.hub.load("owner/name:main", "scale", 3, trust_repo=True, verbose=False)(2) == 6
        assert t.hub.list("owner/name:main", trust_repo=True) == ["scale"] and t.hub.help("owner/name:main", "scale", trust_repo=True) == "Multiplies."
    finally:
        t.hub.set_dir(before)
