# A RuntimeError with a computed message.
def main():
    total = 0
    for i in range(5):
        total += i
        if total > 5:
            raise RuntimeError(f"total is {total} at {i}")
    print("never")


main()
