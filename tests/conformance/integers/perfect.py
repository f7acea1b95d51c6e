# Perfect numbers: equal to the sum of their divisors.
def sum_of_divisors(n: int) -> int:
    total = 1
    d = 2
    while d * d <= n:
        if n % d == 0:
            total += d
            if d != n // d:
                total += n // d
        d += 1
    return total


def main():
    for n in range(2, 10000):
        if sum_of_divisors(n) == n:
            print(n)


main()
