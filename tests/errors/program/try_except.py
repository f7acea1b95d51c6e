def f(x: int) -> int:
    try:
        return x
    except Exception:
        return 0
