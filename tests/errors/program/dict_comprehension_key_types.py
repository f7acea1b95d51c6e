def f():
    return {key: value for key, value in ((1, 2), ("a", 3))}
