def f(**kwargs) -> int:
    return 1
