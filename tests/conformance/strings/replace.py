# Replacing text, all of it or a few times.
def main():
    print("banana".replace("a", "o"), "banana".replace("a", "o", 2), "banana".replace("nan", ""))
    template = "Dear NAME, NAME!"
    print(template.replace("NAME", "Ada"))


main()
