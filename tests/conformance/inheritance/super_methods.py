# Extension: a method that extends its parent's.
from typing import List


class Log:
    def __init__(self):
        self.lines: List[str] = []

    def add(self, line: str) -> None:
        self.lines.append(line)


class NumberedLog(Log):
    def add(self, line: str) -> None:
        super().add(str(len(self.lines) + 1) + ": " + line)


def main():
    log = NumberedLog()
    log.add("start")
    log.add("stop")
    print(", ".join(log.lines))


main()
