# @ of a class: two by two matrices, and Fibonacci numbers by them.
# Extension: TorchScript's classes have no @.
class M2:
    def __init__(self, a: int, b: int, c: int, d: int):
        self.a, self.b, self.c, self.d = a, b, c, d

    def __matmul__(self, o: "M2") -> "M2":
        return M2(self.a * o.a + self.b * o.c, self.a * o.b + self.b * o.d,
                  self.c * o.a + self.d * o.c, self.c * o.b + self.d * o.d)


def power(m: M2, n: int) -> M2:
    result = M2(1, 0, 0, 1)
    while n > 0:
        if n % 2 == 1:
            result = result @ m
        m = m @ m
        n = n // 2
    return result


def main():
    print([power(M2(1, 1, 1, 0), n).b for n in range(10)], power(M2(1, 1, 1, 0), 90).b)


main()
