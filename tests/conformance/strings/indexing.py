# Characters and pieces by position, from both ends.
# TorchScript: text inside containers prints without quotes.
def main():
    s = "transistor"
    print(s[0], s[-1], s[4], s[:5], s[5:], s[-3:], s[2:7:2], s[::-1])
    print([c for c in "abc"], len(s), s[20:] == "")


main()
