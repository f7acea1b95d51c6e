# Extension: a class inherits methods.
class Animal:
    def __init__(self, name: str):
        self.name = name

    def title(self) -> str:
        return self.name.capitalize()

    def sound(self) -> str:
        return self.title() + " makes no sound"


class Dog(Animal):
    def sound(self) -> str:
        return self.title() + " barks"


def main():
    print(Animal("fish").sound(), Dog("rex").sound())


main()
