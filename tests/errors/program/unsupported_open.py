def f() -> int:
    with open("file") as g:
        return 1
