# Between text, whole numbers and floats.
def main():
    print(int(3.99), int(-3.99), int("42"), int("-7"), float("2.5") == 2.5, float(3) == 3.0)
    print(bool(0.0), bool(0.1), bool(0), bool(5), int(True), float(False) == 0.0)


main()
