# Entering and leaving an object.
# TorchScript: text inside containers prints without quotes.
from typing import Any, List


class Recorder:
    def __init__(self, log: List[str]):
        self.log = log

    def __enter__(self) -> int:
        self.log.append("enter")
        return len(self.log)

    def __exit__(self, type: Any, value: Any, traceback: Any) -> None:
        self.log.append("exit")


def main():
    log: List[str] = []
    with Recorder(log) as n:
        log.append("inside " + str(n))
    with Recorder(log):
        log.append("again")
    print(log)


main()
