# A loop's own variables after the loop.
def main():
    last = -1
    for i in range(5):
        last = i * i
    print(last)
    i = 0
    for i in range(3):
        pass
    print(i)


main()
