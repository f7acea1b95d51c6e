# Loops with a condition.
def log2(n: int) -> int:
    count = 0
    while n > 1:
        n = n // 2
        count += 1
    return count


def main():
    print([log2(n) for n in [1, 2, 3, 1024, 1000000]])


main()
