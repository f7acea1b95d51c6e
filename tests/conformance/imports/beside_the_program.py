# Files in a folder beside the program.
import helpers.shapes
import helpers.shapes as shapes
from helpers.shapes import Square, area_of as area


def main():
    print(helpers.shapes.area_of(3), area(4), Square(5).area(), shapes.Square(6).side, shapes.UNIT)


main()
