# reversed of a list, in a loop.
def main():
    text = ""
    for x in [1, 2, 3][::-1]:
        text += str(x)
    print(text)


main()
