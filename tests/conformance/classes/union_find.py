# Sets that merge.
class UnionFind:
    def __init__(self, n: int):
        self.parent = [i for i in range(n)]
        self.sets = n

    def find(self, x: int) -> int:
        while self.parent[x] != x:
            self.parent[x] = self.parent[self.parent[x]]
            x = self.parent[x]
        return x

    def union(self, a: int, b: int) -> bool:
        a, b = self.find(a), self.find(b)
        if a == b:
            return False
        self.parent[a] = b
        self.sets -= 1
        return True


def main():
    u = UnionFind(8)
    for a, b in [(0, 1), (2, 3), (1, 3), (0, 2), (5, 6)]:
        print(a, b, u.union(a, b), u.sets)


main()
