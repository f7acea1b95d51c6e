# A graph as a dict of dicts, shortest ways by repeated relaxation.
# TorchScript: text inside containers prints without quotes.
from typing import Dict


def distances(graph: Dict[str, Dict[str, int]], start: str) -> Dict[str, int]:
    best: Dict[str, int] = {start: 0}
    for _ in range(len(graph)):
        for node, edges in graph.items():
            if node in best:
                for to, cost in edges.items():
                    way = best[node] + cost
                    if to not in best or way < best[to]:
                        best[to] = way
    return best


def main():
    graph = {"a": {"b": 7, "c": 3}, "b": {"d": 2}, "c": {"b": 1, "d": 8}, "d": {"a": 4}}
    print(distances(graph, "a"), distances(graph, "d")["b"])


main()
