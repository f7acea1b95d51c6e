# A tokenizer and an evaluator of sums and products, as two classes.
from typing import List


class Lexer:
    def __init__(self, text: str):
        self.text = text
        self.at = 0

    def next(self) -> str:
        while self.at < len(self.text) and self.text[self.at] == " ":
            self.at += 1
        if self.at == len(self.text):
            return ""
        start = self.at
        self.at += 1
        if self.text[start].isdigit():
            while self.at < len(self.text) and self.text[self.at].isdigit():
                self.at += 1
        return self.text[start:self.at]


class Evaluator:
    def __init__(self, text: str):
        self.lexer = Lexer(text)
        self.token = self.lexer.next()

    def number(self) -> int:
        value = int(self.token)
        self.token = self.lexer.next()
        return value

    def product(self) -> int:
        value = self.number()
        while self.token == "*":
            self.token = self.lexer.next()
            value *= self.number()
        return value

    def sum(self) -> int:
        value = self.product()
        while self.token == "+" or self.token == "-":
            operator = self.token
            self.token = self.lexer.next()
            right = self.product()
            value = value + right if operator == "+" else value - right
        return value


def main():
    for text in ["1 + 2 * 3", "10*10 - 1", "7", "2*3+4*5-6"]:
        print(text, "=", Evaluator(text).sum())


main()
