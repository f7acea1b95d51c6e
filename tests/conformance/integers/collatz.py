# How long the walk to 1 takes.
def steps(n: int) -> int:
    count = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        count += 1
    return count


def main():
    print([steps(n) for n in range(1, 12)], steps(97))


main()
