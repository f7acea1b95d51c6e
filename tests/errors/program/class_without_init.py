class Empty:
    def one(self) -> int:
        return 1


def f() -> int:
    return Empty().one()
