def f() -> int:
    async def g() -> int:
        return 1
    return 1
