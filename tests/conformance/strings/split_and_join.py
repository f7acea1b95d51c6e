# Splitting at white space and at separators, joining again.
# TorchScript: text inside containers prints without quotes.
def main():
    line = "  the quick  brown fox "
    print(line.split())
    print("a,b,,c".split(","), "a,b,,c".split(",", 2), "a,b,,c".rsplit(",", 1))
    print("-".join(["x", "y", "z"]), ", ".join(line.split()))
    print("one\ntwo\nthree".splitlines())


main()
