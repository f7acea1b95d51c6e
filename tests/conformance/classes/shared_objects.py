# Objects are shared, not copied.
class Box:
    def __init__(self, value: int):
        self.value = value


def fill(box: Box) -> None:
    box.value = 99


def main():
    a = Box(1)
    b = a
    fill(b)
    print(a.value, a is b, a is Box(99))


main()
