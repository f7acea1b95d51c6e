# Line breaks and tabs in printed text.
def main():
    print("a\tb\nc", "\\", "'", '"')


main()
