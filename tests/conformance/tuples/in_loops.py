# A loop over a tuple is unrolled: its elements may differ in type.
def main():
    text = ""
    for x in (1, "two", True):
        text += str(x) + ";"
    print(text)
    total = 0
    for a, b in ((1, 2), (3, 4)):
        total += a * b
    print(total)


main()
