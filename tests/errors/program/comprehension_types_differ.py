def f():
    return [x for x in (1, "a")]
