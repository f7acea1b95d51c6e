# True and False, also as numbers.
def main():
    yes = True
    no = False
    print(yes, no, not yes, yes and no, yes or no)
    print(int(yes) + int(yes), yes == (not no))


main()
