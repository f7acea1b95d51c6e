"""Writes the expected outputs (.out) of the programs: python make.py [GROUP/NAME…], with PyTorch 2.13.

CPython's output is expected, or that of PyTorch's scripting where the program says "# TorchScript: …". What the two make
of the others, and remarks that are not needed, are listed at the end; the exit status is 1 when there are any."""
import sys

from corpus import Program, Refused, all_programs, run_python, run_scripted


def disagreement(program, python):
    """What is wrong with the program's remark, or None; and what PyTorch's scripting prints."""
    if program.remark == "Extension" and not program.entry:
        return None, None
    try:
        scripted = run_scripted(program)
    except Refused as refusal:
        return (None if program.remark == "Extension" else f"PyTorch refuses it: {refusal}"), None
    if program.remark == "Extension":
        return ("PyTorch takes it: it is no extension" if scripted == python else None), scripted
    if program.remark == "TorchScript":
        return ("PyTorch agrees with CPython" if scripted == python else None), scripted
    return (f"PyTorch prints:\n{scripted}CPython:\n{python}" if scripted != python else None), scripted


def main():
    programs = [Program(name) for name in sys.argv[1:]] or all_programs()
    found = []
    for program in programs:
        python = run_python(program)
        wrong, scripted = disagreement(program, python)
        if wrong:
            found.append(f"{program.name}: {wrong}")
        with open(program.out_path, "w", encoding="utf-8") as f:
            f.write(scripted if program.remark == "TorchScript" and scripted is not None else python)
    print("\n".join(found + [f"{len(programs)} programs, {len(found)} to look at"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
