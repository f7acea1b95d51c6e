# get with and without a default, in, not in.
def main():
    ages = {"ada": 36, "bob": 41}
    print(ages.get("ada"), ages.get("cyd"), ages.get("cyd", -1), "bob" in ages, "cyd" not in ages)
    first = ages.get("ada")
    if first is not None:
        print(first + 1)


main()
