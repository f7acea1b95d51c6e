# A calculator of reverse Polish notation with a list as its stack.
from typing import List


def evaluate(program: str) -> int:
    stack: List[int] = []
    for token in program.split():
        if token == "+":
            stack.append(stack.pop() + stack.pop())
        elif token == "*":
            stack.append(stack.pop() * stack.pop())
        elif token == "-":
            b = stack.pop()
            a = stack.pop()
            stack.append(a - b)
        elif token == "dup":
            stack.append(stack[-1])
        else:
            stack.append(int(token))
    return stack[-1]


def main():
    print(evaluate("3 4 + 2 *"), evaluate("5 dup * 1 -"), evaluate("10 2 3 * -"))


main()
