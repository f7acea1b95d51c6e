# Digits of numbers: sums, reversals, palindromes, narcissistic numbers.
from typing import List


def digits(n: int) -> List[int]:
    found: List[int] = []
    while n > 0:
        found.append(n % 10)
        n = n // 10
    found.reverse()
    return found


def is_narcissistic(n: int) -> bool:
    all = digits(n)
    total = 0
    for d in all:
        power = 1
        for _ in range(len(all)):
            power *= d
        total += power
    return total == n


def main():
    print(digits(90210), sum(digits(90210)))
    for n in range(100, 1000):
        if is_narcissistic(n) or n > 900 and str(n) == str(n)[::-1]:
            print(n)


main()
