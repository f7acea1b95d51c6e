# A small language: words that push, add, multiply and define themselves.
from typing import Dict, List


class Forth:
    def __init__(self):
        self.stack: List[int] = []
        self.words: Dict[str, List[str]] = {}

    def run(self, program: str) -> List[int]:
        todo = program.split()
        while len(todo) > 0:
            word = todo.pop(0)
            if word == ":":
                name = todo.pop(0)
                body: List[str] = []
                while todo[0] != ";":
                    body.append(todo.pop(0))
                todo.pop(0)
                self.words[name] = body
            elif word in self.words:
                todo = self.words[word] + todo
            elif word == "+":
                self.stack.append(self.stack.pop() + self.stack.pop())
            elif word == "*":
                self.stack.append(self.stack.pop() * self.stack.pop())
            elif word == "dup":
                self.stack.append(self.stack[-1])
            else:
                self.stack.append(int(word))
        return self.stack


def main():
    print(Forth().run(": square dup * ; : cube dup square * ; 3 cube 2 square +"))


main()
