# Leaving a loop, skipping a turn.
def first_multiple(of: int, above: int) -> int:
    n = above
    while True:
        n += 1
        if n % of == 0:
            break
    return n


def main():
    print(first_multiple(7, 30))
    total = 0
    for i in range(20):
        if i % 2 == 0:
            continue
        if i > 12:
            break
        total += i
    print(total)


main()
