def f(s: str) -> str:
    return s.shout()
