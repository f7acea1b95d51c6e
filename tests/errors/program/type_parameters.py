def first[T](x: T) -> T:
    return x


def f():
    return first(1)
