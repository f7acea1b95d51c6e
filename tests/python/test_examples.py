"""The notebook, the examples and the pictures of graphs."""
import importlib.util
import pathlib
import re
import xml.etree.ElementTree as xml

import pytest

import wick
from wick import nn

import notebook

EXAMPLES = pathlib.Path(__file__).resolve().parent.parent.parent / "examples"


def test_the_notebook_tells_its_story():
    shown = notebook.read(EXAMPLES / "notebook" / "hybrid.ipynb")
    results = notebook.run(shown)
    printed = [text for text, _ in results]
    values = [value for _, value in results]
    assert printed[0].endswith("print(fancy_func(1, 2, 3, 4))\n10\n")
    assert re.fullmatch(r"tensor\(\[\[ *-?\d\.\d{4}, *-?\d\.\d{4}\]\], grad_fn=<AddmmBackward0>\)", repr(values[1]))
    losses = [float(loss) for loss in re.findall(r"loss (\S+)", printed[2])]
    assert losses[0] > losses[-1]
    assert values[2].tolist() == values[3].tolist()
    assert printed[4].startswith("def forward(self,\n    input: Tensor) -> Tensor:\n  _0 = getattr(self, \"0\")\n")
    assert "5 [" not in printed[4] and values[5]._repr_svg_().startswith("<svg")
    assert printed[6] == "111\n"
    without, scripted = (float(seconds) for seconds in re.findall(r": (\d+\.\d+) sec", printed[8]))
    assert without > 0 and scripted > 0
    xml.fromstring(values[9]._repr_svg_())
    there, here = printed[10].splitlines()
    assert there.split(":")[1].strip() == here.split(":")[1].strip()
    # What is kept in the file is what these cells give, numbers apart.
    for number, (cell, result) in enumerate(zip(notebook.code_cells(shown), results), 1):
        kept, made = ([without_numbers(str(o.get("text") or o["data"]["text/plain"])) for o in outputs]
                      for outputs in (cell["outputs"], notebook.outputs(number, *result)))
        assert kept == made


def without_numbers(text):
    """And without what tells apart the classes of one name that a process has scripted."""
    return re.sub(r"[-\d.e+ ]+", "#", re.sub(r"___torch_mangle_\d+\.", "", text))


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_network_of_the_example_learns(tmp_path, capsys):
    example = load(EXAMPLES / "train_cnn.py")
    reached = example.main(["--epochs", "3", "--images", "600", "--save", str(tmp_path / "shapes.pt")])
    assert reached > 0.9
    assert "[##############################] epoch 3: loss" in capsys.readouterr().out
    saved = wick.jit.load(tmp_path / "shapes.pt")
    assert saved(wick.zeros(2, 1, 16, 16)).shape == (2, 3)


def boxes(graph):
    """The texts of the boxes of a graph's picture, and the number of its lines."""
    picture = xml.fromstring(graph._repr_svg_())
    name = "{http://www.w3.org/2000/svg}"
    texts = [[text.text for text in box.findall(name + "text")] for box in picture.iter(name + "g")]
    return texts, len([path for path in picture.iter(name + "path") if path.get("class") == "link"])


def test_pictures_of_graphs():
    net = wick.jit.script(nn.Sequential(nn.Linear(4, 3), nn.ReLU()))
    assert boxes(net.graph) == ([["input.1"], ["0", "Linear"], ["1", "ReLU"], ["return"]], 3)

    @wick.jit.script
    def choose(x, flag: bool):
        y = x.softmax(dim=1)
        if flag:
            y = y + x
        return y

    texts, links = boxes(choose.graph)
    assert ["softmax", "dim=1"] in texts and ["If"] in texts and texts.count(["result", "y.1"]) <= 1
    assert any(box[0] == "add" for box in texts) and links >= 5


def test_pictures_of_hostile_names():
    @wick.jit.script
    def say(x):
        print("<&'\x01", x)
        return "</svg>"

    assert "&lt;/svg&gt;" in say.graph._repr_svg_()
    xml.fromstring(say.graph._repr_svg_())


