# Tabs become spaces.
def main():
    print("a\tbc\tdef".expandtabs(4) + "|")
    print("x\ty".expandtabs() + "|")


main()
