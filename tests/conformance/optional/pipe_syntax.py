# int | None says the same as Optional[int].
def first(xs: list[int]) -> int | None:
    return xs[0] if len(xs) > 0 else None


def main():
    print(first([4]), first([]))


main()
