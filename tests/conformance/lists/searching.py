# in, index, count.
def main():
    words = ["to", "be", "or", "not", "to", "be"]
    print("or" in words, "and" in words, "and" not in words)
    print(words.index("be"), words.count("to"), words.count("zebra"))
    print(2.5 in [1.5, 2.5])


main()
