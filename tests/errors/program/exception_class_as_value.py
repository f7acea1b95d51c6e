import warnings

def f() -> None:
    warnings.warn("careful", UserWarning)
