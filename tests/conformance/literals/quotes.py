# The four kinds of quotes; adjacent strings are one.
def main():
    print('single', "double", '''three single''', """three "double" quotes""")
    joined = "one " "two " 'three'
    print(joined, len(joined))
    text = """first
second
third"""
    print(text)
    print(len(text.split("\n")))


main()
