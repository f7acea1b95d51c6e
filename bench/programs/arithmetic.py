"""Loops over ints and floats: remainders, comparisons, functions of math."""
import math


def gcd(a: int, b: int) -> int:
    while b != 0:
        a, b = b, a % b
    return a


def collatz(n: int) -> int:
    steps = 0
    while n != 1:
        if n % 2 == 0:
            n = n // 2
        else:
            n = 3 * n + 1
        steps += 1
    return steps


def run(n: int) -> float:
    longest = 0
    divisors = 0
    total = 0.0
    for i in range(1, n):
        longest = max(longest, collatz(i))
        divisors += gcd(i, 360360)
        total += math.sqrt(float(i)) * math.sin(0.001 * i) + abs(0.5 - i) / (1.0 + i)
    return total + float(longest) + float(divisors)
