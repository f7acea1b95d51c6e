# An interpreter for a language of eight characters.
from typing import Dict, List


def matching(program: str) -> Dict[int, int]:
    pairs: Dict[int, int] = {}
    open: List[int] = []
    for i, c in enumerate(program):
        if c == "[":
            open.append(i)
        elif c == "]":
            j = open.pop()
            pairs[i] = j
            pairs[j] = i
    return pairs


def run(program: str) -> str:
    pairs = matching(program)
    tape = [0] * 30
    at, pc = 0, 0
    out = ""
    while pc < len(program):
        c = program[pc]
        if c == ">":
            at += 1
        elif c == "<":
            at -= 1
        elif c == "+":
            tape[at] = (tape[at] + 1) % 256
        elif c == "-":
            tape[at] = (tape[at] - 1) % 256
        elif c == ".":
            out += chr(tape[at])
        elif c == "[" and tape[at] == 0:
            pc = pairs[pc]
        elif c == "]" and tape[at] != 0:
            pc = pairs[pc]
        pc += 1
    return out


def main():
    print(run("++++++++[>++++[>++>+++>+++>+<<<<-]>+>+>->>+[<]<-]>>.>---.+++++++..+++."))


main()
