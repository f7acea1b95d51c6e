# A function with a description.
def area(width: int, height: int) -> int:
    """The area of a rectangle.

    width, height: its sides
    """
    return width * height


def main():
    print(area(3, 4))


main()
