# del of dict items.
def main():
    d = {"a": 1, "b": 2, "c": 3}
    del d["b"]
    for key in ["a", "c"]:
        if key in d:
            del d[key]
    print(d)


main()
