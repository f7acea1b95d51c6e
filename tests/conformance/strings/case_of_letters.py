# Methods that change the case.
def main():
    s = "hello wide World"
    print(s.upper(), s.lower(), s.capitalize(), s.title(), s.swapcase())
    print("ABC".isupper(), "abc".islower(), "Hello There".istitle(), "aBC".isupper())


main()
