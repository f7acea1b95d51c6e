"""Texts of graphs without what only counts."""
import re


def plain_graph(graph):
    """Constants stand where they are used, and values are numbered in the order of the text: PyTorch's numbers, and the order of its
    constants, count nodes that its compiler has removed."""
    if "\nwith " in graph:  # of a task, which has values of its own
        return "\nwith ".join(plain_graph(part) for part in graph.split("\nwith "))
    constant = re.compile(r"^ *(%[\w.]+) : (.*prim::Constant.*?)(?: # \S+)?\n", re.M)
    constants = dict(constant.findall(graph))
    graph = re.sub(r"(?<=[(, ])%[\w.]+", lambda m: constants.get(m.group(), m.group()), constant.sub("", graph))
    numbers = {}
    return re.sub(r"%[\w.]+", lambda m: numbers.setdefault(m.group(), re.sub(r"\.?\d+$", "", m.group()) + f".{len(numbers)}"), graph)
