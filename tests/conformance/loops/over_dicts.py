# A loop over a dict goes over its keys.
def main():
    d = {"one": 1, "two": 2}
    text = ""
    for key in d:
        text += key + "=" + str(d[key]) + " "
    print(text.strip())


main()
