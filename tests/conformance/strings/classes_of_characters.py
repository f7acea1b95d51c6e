# What a text consists of.
# TorchScript: text inside containers prints without quotes; an identifier has no digits.
def kind(s: str) -> str:
    if s.isdigit():
        return "digits"
    if s.isalpha():
        return "letters"
    if s.isalnum():
        return "both"
    if s.isspace():
        return "space"
    return "other"


def main():
    print([kind(s) for s in ["123", "abc", "a1", " \t", "a-b", ""]])
    print("name_1".isidentifier(), "1name".isidentifier(), "plain".isprintable())


main()
