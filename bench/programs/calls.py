"""Small functions that call each other without recursion."""


def square(x: int) -> int:
    return x * x


def is_odd(x: int) -> bool:
    return x % 2 == 1


def step(x: int, k: int) -> int:
    if is_odd(x):
        return square(x) + k
    return x // 2 - k


def fibonacci(n: int, modulus: int) -> int:
    a = 0
    b = 1
    for i in range(n):
        a, b = b, (a + b) % modulus
    return a


def run(n: int) -> int:
    total = 0
    x = 1
    for i in range(n):
        x = step(x, i) % 1000003
        total += x + fibonacci(i % 10, 1000003)
    return total
