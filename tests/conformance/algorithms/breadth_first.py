# The shortest way through a maze.
from typing import Dict, List


def solve(maze: List[str]) -> int:
    width = len(maze[0])
    start, goal = -1, -1
    for y, row in enumerate(maze):
        for x, c in enumerate(row):
            if c == "S":
                start = y * width + x
            elif c == "G":
                goal = y * width + x
    distance: Dict[int, int] = {start: 0}
    queue = [start]
    while len(queue) > 0:
        at = queue.pop(0)
        if at == goal:
            return distance[at]
        for to in [at - width, at + width, at - 1, at + 1]:
            if maze[to // width][to % width] != "#" and to not in distance:
                distance[to] = distance[at] + 1
                queue.append(to)
    return -1


def main():
    print(solve(["#########",
                 "#S..#...#",
                 "###.#.#.#",
                 "#.....#G#",
                 "#########"]))
    print(solve(["#####", "#S#G#", "#####"]))


main()
