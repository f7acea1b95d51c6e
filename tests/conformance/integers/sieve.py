# Primes by the sieve of Eratosthenes.
from typing import List


def primes_below(n: int) -> List[int]:
    composite = [False] * n
    primes: List[int] = []
    for i in range(2, n):
        if not composite[i]:
            primes.append(i)
            for k in range(i * i, n, i):
                composite[k] = True
    return primes


def main():
    print(primes_below(60))
    print(len(primes_below(2000)))


main()
