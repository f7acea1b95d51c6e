# Palindromes, punctuation aside.
def is_palindrome(text: str) -> bool:
    letters = ""
    for c in text.lower():
        if c.isalnum():
            letters += c
    return letters == letters[::-1]


def main():
    print(is_palindrome("A man, a plan, a canal: Panama"), is_palindrome("Not a palindrome"))


main()
