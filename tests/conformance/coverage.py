"""Writes the coverage table of docs/language.md from the folders here: python coverage.py [--check].

A group's row: its programs, how many of them are extensions, how many follow TorchScript where CPython differs. With
--check nothing is written; the exit status is 1 when the table is not up to date."""
import os
import re
import sys

from corpus import HERE, all_programs

PAGE = os.path.join(HERE, "..", "..", "docs", "language.md")


def table():
    groups = {}
    for program in all_programs():
        groups.setdefault(program.name.split("/")[0], []).append(program)
    rows = [("construct", "programs", "as CPython", "TorchScript's own output", "extensions"), ("---",) + ("--:",) * 4]
    counts = [0, 0, 0, 0]
    for group, members in sorted(groups.items()):
        row = [len(members)] + [sum(p.remark == remark for p in members) for remark in (None, "TorchScript", "Extension")]
        counts = [a + b for a, b in zip(counts, row)]
        rows.append((f"[{group.replace('_', ' ')}](../tests/conformance/{group})", *(str(n or "") for n in row)))
    rows.append(("all", *map(str, counts)))
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)


def main():
    with open(PAGE, encoding="utf-8") as f:
        page = f.read()
    new = re.sub(r"(<!-- coverage -->\n).*(<!-- /coverage -->)", lambda m: m.group(1) + table() + m.group(2), page, flags=re.DOTALL)
    if "--check" not in sys.argv:
        with open(PAGE, "w", encoding="utf-8") as f:
            f.write(new)
    elif new != page:
        sys.exit("docs/language.md: the table of coverage is out of date: run tests/conformance/coverage.py")


if __name__ == "__main__":
    main()
