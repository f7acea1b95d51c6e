# A variable that is deleted can be set again, with another type.
def main():
    x = 1
    print(x)
    del x
    x = "text"
    print(x)


main()
