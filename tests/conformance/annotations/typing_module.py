# Types named through their module.
import typing


def ends(xs: typing.List[int]) -> typing.Tuple[int, typing.Optional[int]]:
    return xs[0], (xs[-1] if len(xs) > 1 else None)


def main():
    print(ends([1, 2]), ends([5]))


main()
