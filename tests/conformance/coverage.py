"""Writes the tables of coverage in docs/language.md: python coverage.py [--check].

The first is Python's language reference by chapters (reference.py): whether TorchScript has it follows from the remarks of
the programs and from what PyTorch says of the mistakes. The second counts the programs of each folder here. With --check nothing
is written; the exit status is 1 when the page is not up to date."""
import os
import re
import sys

from corpus import HERE, Program, all_programs
from reference import ROWS

PAGE = os.path.join(HERE, "..", "..", "docs", "language.md")
ERRORS = os.path.join(HERE, "..", "errors")


# Groups that show what is not Python's language.
PYTORCHS_OWN = {"algorithms", "functional", "math_functions", "module_methods", "printing", "tasks",
                "tensors"}


def lines_of(rows, aligned):
    head, *body = rows
    return "".join("| " + " | ".join(row) + " |\n" for row in [head, ("---",) + aligned, *body])


def torch_says():
    """PyTorch's answer to each mistake."""
    with open(os.path.join(ERRORS, "pytorch.txt"), encoding="utf-8") as f:
        return dict(re.findall(r"^== (\w+)\n(.*?)(?=^== |\Z)", f.read(), re.MULTILINE | re.DOTALL))


def link(name):
    folder, _, program = name.partition("/")
    return f"[{(program or folder).replace('_', ' ')}](../tests/conformance/{name}{'.py' if program else ''})"


def verdict(programs, refused):
    """Has TorchScript it, and wick?"""
    torch_has = any(p.remark != "Extension" for p in programs)
    extended = any(p.remark == "Extension" for p in programs)
    answer = "in part" if torch_has and (refused or extended) else "yes" if torch_has else "no"
    return answer + ("; **[wick]** more" if torch_has and extended else "; **[wick]** yes" if extended else "")


def reference():
    answers, groups = torch_says(), {}
    for program in all_programs():
        groups.setdefault(program.name.split("/")[0], []).append(program)
    unused = set(groups)
    rows = [("Python's reference", "TorchScript", "shown by", "refused")]
    for chapter, names, mistakes, note in ROWS:
        programs = []
        for name in names.split():
            unused.discard(name.split("/")[0])
            programs += [Program(name)] if "/" in name else groups[name]
        for mistake in mistakes.split():
            assert answers[mistake].strip() not in ("", "(compiles)"), f"PyTorch takes {mistake}"
        refused = ", ".join(f"[{m.replace('_', ' ')}](../tests/errors/program/{m}.py)" for m in mistakes.split())
        rows.append((chapter + (f" ({note})" if note else ""), verdict(programs, mistakes), ", ".join(map(link, names.split())), refused))
    assert unused == PYTORCHS_OWN, f"groups of no chapter: {sorted(unused ^ PYTORCHS_OWN)}"
    return lines_of(rows, ("---",) * 3)


def constructs():
    groups = {}
    for program in all_programs():
        groups.setdefault(program.name.split("/")[0], []).append(program)
    rows = [("construct", "programs", "as CPython", "TorchScript's own output", "extensions")]
    counts = [0, 0, 0, 0]
    for group, members in sorted(groups.items()):
        row = [len(members)] + [sum(p.remark == remark for p in members) for remark in (None, "TorchScript", "Extension")]
        counts = [a + b for a, b in zip(counts, row)]
        rows.append((link(group), *(str(n or "") for n in row)))
    rows.append(("all", *map(str, counts)))
    return lines_of(rows, ("--:",) * 4)


def main():
    with open(PAGE, encoding="utf-8") as f:
        page = new = f.read()
    for name, table in (("reference", reference()), ("coverage", constructs())):
        new = re.sub(rf"(<!-- {name} -->\n).*(<!-- /{name} -->)", lambda m: m.group(1) + table + m.group(2), new, flags=re.DOTALL)
    if "--check" not in sys.argv:
        with open(PAGE, "w", encoding="utf-8") as f:
            f.write(new)
    elif new != page:
        sys.exit("docs/language.md: the tables of coverage are out of date: run tests/conformance/coverage.py")


if __name__ == "__main__":
    main()
