# Raw strings keep their backslashes.
def main():
    pattern = r"\d+\.\d*"
    print(pattern, len(pattern))
    print(r'a\nb' == "a\\nb")


main()
