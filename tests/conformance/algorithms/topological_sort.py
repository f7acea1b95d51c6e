# An order in which everything comes after what it needs.
from typing import Dict, List


def order(needs: Dict[str, List[str]]) -> List[str]:
    done: List[str] = []
    while len(done) < len(needs):
        progress = False
        for task, required in needs.items():
            if task not in done and all([r in done for r in required]):
                done.append(task)
                progress = True
        if not progress:
            raise RuntimeError("a cycle")
    return done


def parse(text: str) -> Dict[str, List[str]]:
    needs: Dict[str, List[str]] = {}
    for line in text.split(";"):
        words = line.split()
        needs[words[0]] = words[1:]
    return needs


def main():
    print(" ".join(order(parse("shoes socks trousers; socks; trousers pants; pants"))))
    print(order(parse("a b; b a")))


main()
