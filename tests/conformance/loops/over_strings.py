# A loop over the characters of a text.
# TorchScript: text inside containers prints without quotes.
def vowels(text: str) -> int:
    count = 0
    for c in text:
        if c in "aeiou":
            count += 1
    return count


def main():
    print(vowels("the quick brown fox"), [c for c in "xyz"])


main()
