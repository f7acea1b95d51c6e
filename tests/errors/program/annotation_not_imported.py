def f(x: List[int]) -> int:
    return len(x)
