# sum and len.
def main():
    print(sum([1, 2, 3]), len([1, 2]), len("four"), len({"a": 1}), len((1, 2, 3)), sum([True, True, False]))


main()
