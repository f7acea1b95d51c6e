# Comparisons of numbers, strings and lists.
def main():
    print(1 < 2, 2 <= 2, 3 > 4, 4 >= 5, 1 == 1, 1 != 1)
    print("a" < "b", "abc" < "abd", "Z" < "a", "" < "a", "b" >= "a")
    print([1, 2] == [1, 2], [1, 2] != [1, 3], ["x"] == ["x"], (1, 2) == (1, 2))


main()
