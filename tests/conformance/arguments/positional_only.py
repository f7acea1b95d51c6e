# Extension: parameters in front of `/` are given by position alone; PyTorch's scripting forgets them.
def area(width: int, height: int = 2, /, scale: int = 1) -> int:
    return width * height * scale


def main():
    print(area(3), area(3, 4), area(3, 4, 5), area(3, scale=10))


main()
