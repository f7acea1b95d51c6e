# A machine with registers and jumps.
# TorchScript: text inside containers prints without quotes.
from typing import Dict, List, Tuple


def run(program: List[Tuple[str, str, int]]) -> Dict[str, int]:
    registers: Dict[str, int] = {"a": 0, "b": 0}
    pc = 0
    steps = 0
    while pc < len(program) and steps < 1000:
        name, register, value = program[pc]
        steps += 1
        if name == "set":
            registers[register] = value
        elif name == "add":
            registers[register] += value
        elif name == "double":
            registers[register] *= 2
        elif name == "jump if" and registers[register] != 0:
            pc += value
            continue
        pc += 1
    registers["steps"] = steps
    return registers


def main():
    print(run([("set", "a", 10), ("set", "b", 1), ("double", "b", 0), ("add", "a", -1), ("jump if", "a", -2)]))


main()
