# print puts spaces between its arguments.
def main():
    print()
    print("a", 1, True, None)
    print("one" + "word", "two")


main()
