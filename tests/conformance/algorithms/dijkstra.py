# Shortest ways in a graph given as a matrix.
from typing import List


def ways(graph: List[List[int]], start: int) -> List[int]:
    infinity = 1000000
    n = len(graph)
    best = [infinity] * n
    best[start] = 0
    done = [False] * n
    for _ in range(n):
        at = -1
        for i in range(n):
            if not done[i] and (at == -1 or best[i] < best[at]):
                at = i
        done[at] = True
        for to, cost in enumerate(graph[at]):
            if cost > 0:
                best[to] = min(best[to], best[at] + cost)
    return best


def main():
    print(ways([[0, 4, 1, 0], [0, 0, 0, 5], [0, 2, 0, 8], [0, 0, 0, 0]], 0))


main()
