LIMIT = 10


def doubled(x: int) -> int:
    return 2 * x
