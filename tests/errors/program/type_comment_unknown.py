def f(x):
    # type: (Foo) -> int
    return x
