"""ScriptModules from archives that PyTorch wrote."""
import io
import json
import threading

import pytest

import wick

def close(a, b):
    if isinstance(a, wick.Tensor):
        return wick.allclose(a.double(), b.double(), 1e-4, 1e-5, True)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(close, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(close(a[key], b[key]) for key in a)
    return a == b or (isinstance(a, float) and a == pytest.approx(b, rel=1e-5))


def models(folder):
    for path in sorted(folder.glob("*.json")):
        case = json.loads(path.read_text())
        inputs = path.with_suffix(".inputs.pt")
        if not case.get("sequence") and inputs.exists() and path.with_suffix(".outputs.pt").exists() and "raises" not in case["cases"][0]:
            yield path.with_suffix("")


def test_results_are_pytorchs(fixtures):
    checked = 0
    for path in models(fixtures):
        module = wick.jit.load(path.with_suffix(".pt"))
        try:
            inputs, expected = wick.load(f"{path}.inputs.pt"), wick.load(f"{path}.outputs.pt")
        except wick.ArchiveError:
            continue  # recorded with values that are no weights
        if not isinstance(inputs, tuple):
            continue
        assert close(module(*inputs), expected), path.name
        checked += 1
    assert checked > 20


def test_what_a_module_has(fixtures):
    module = wick.jit.load(fixtures / "attention.pt")
    assert module.original_name == "Attention" and "forward" in module.methods()
    assert module.code.startswith("def forward(self,") and str(module.graph).startswith("graph(%self")
    names = [name for name, _ in module.named_parameters()]
    assert names[0] == "own.in_proj_weight" and list(module.state_dict())[0] == names[0]
    assert len(list(module.parameters())) == len(names)
    assert isinstance(module.own, wick.jit.ScriptModule) and dict(module.named_modules())["own"] == module.own
    assert not module.training and module.train().training and not module.eval().training
    assert repr(module).startswith("RecursiveScriptModule(\n  original_name=Attention\n  (own): RecursiveScriptModule(")
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        module.nothing
    with pytest.raises(RuntimeError, match="is missing value for argument 'x'"):
        module()


def test_files_and_bytes(fixtures, tmp_path):
    path = fixtures / "attention.pt"
    module = wick.jit.load(str(path))
    assert wick.jit.load(path.read_bytes()).code == module.code
    with open(path, "rb") as file:
        assert wick.jit.load(file, map_location="cpu").code == module.code
    wick.jit.save(module, tmp_path / "again.pt", {"note.txt": "hello"})
    files = {"note.txt": ""}
    assert wick.jit.load(tmp_path / "again.pt", _extra_files=files).code == module.code
    assert files == {"note.txt": b"hello"}
    buffer = io.BytesIO()
    wick.jit.save(module, buffer)
    assert wick.jit.load(buffer.getvalue()).code == module.code
    with pytest.raises(RuntimeError):
        wick.jit.load(path, map_location="cuda")
    with pytest.raises(wick.ArchiveError):
        wick.jit.load(b"no archive")


def test_state(fixtures):
    module = wick.jit.load(fixtures / "attention.pt")
    state = module.state_dict()
    assert repr(module.load_state_dict(state)) == "<All keys matched successfully>"
    del state["own.in_proj_weight"]
    with pytest.raises(RuntimeError, match='Missing key\\(s\\) in state_dict: "own.in_proj_weight"'):
        module.load_state_dict(state)
    assert module.load_state_dict(state, strict=False).missing_keys == ["own.in_proj_weight"]
    assert module.to(wick.float64).own.in_proj_weight.dtype is wick.float64


def test_threads_share_a_module(fixtures):
    path = next(models(fixtures))
    module = wick.jit.load(path.with_suffix(".pt"))
    inputs = wick.load(f"{path}.inputs.pt")
    expected = module(*inputs)
    wrong = []

    def work():
        for _ in range(20):
            if not close(module(*inputs), expected):
                wrong.append(1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
