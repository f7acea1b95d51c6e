# All forms of slices of text.
def main():
    s = "abcdefgh"
    print(s[2:5], s[:3], s[5:], s[:], s[-3:], s[:-5], s[-4:-2])
    print(s[::2], s[1::3], s[::-1], s[5:100], s[5:2] == "")


main()
