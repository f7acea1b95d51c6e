# Attributes asked for by name.
class Config:
    def __init__(self):
        self.size = 4


def main():
    c = Config()
    print(hasattr(c, "size"), hasattr(c, "color"), getattr(c, "size"))
    if hasattr(c, "size"):
        print("size", c.size)


main()
