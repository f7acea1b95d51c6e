# Floats as keys.
def main():
    names = {0.5: "half", 0.25: "quarter"}
    print(names[0.5], names[0.25], 0.75 in names)


main()
