# += of a class.
class Total:
    def __init__(self):
        self.sum = 0

    def __add__(self, x: int) -> "Total":
        out = Total()
        out.sum = self.sum + x
        return out


def main():
    total = Total()
    for i in range(5):
        total = total + i
    print(total.sum)


main()
