"""Writes what PyTorch 2.13 says of each mistake in program/: python make.py [FILE], by default to pytorch.txt beside it.

An entry is the mistake's name, and then PyTorch's message: the line of the mistake, its sentence, and what was being
compiled from where. "(Python)" stands for mistakes that Python's own parser finds."""
import os
import re
import sys
import types
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(HERE, "program")


def message_of(name):
    """PyTorch's message for the program's module M or function f."""
    import torch

    path = os.path.join(FOLDER, name + ".py")
    module = types.ModuleType("mistake_" + name)
    module.__file__ = path
    sys.modules[module.__name__] = module
    try:
        with open(path, encoding="utf-8") as f:
            code = compile(f.read(), path, "exec")
        exec(code, module.__dict__)
        torch.jit.script(module.M() if hasattr(module, "M") else module.f)
    except SyntaxError:
        return "(Python)"
    except Exception as error:
        message = str(error).replace(f"__torch__.{module.__name__}.", "__torch__.").replace(HERE + os.sep, "")
        return re.sub(r"___torch_mangle_\d+\.", "", message)  # by what was compiled before
    return "(compiles)"


def shortened(message):
    """The message without source lines, addresses, and the list of an operator's overloads."""
    message = re.sub(r" \(of Python compilation unit at: \w+\)", "", message)
    message = re.sub(r"\n\s*The following variants are available:\n.*?\nThe original call is:\n", "\n", message, flags=re.DOTALL)
    kept = []
    places = re.compile(r'^  File ".*", line (\d+)\n(?:.*\n)*?.*<--- HERE\n', re.MULTILINE)
    at = 0
    for place in places.finditer(message):
        sentence = [line.strip() for line in message[at:place.start()].split("\n")]
        if at:  # source lines stand before it
            sentence = [line for line in sentence if line == "and was used here:" or "is being compiled since it was called from" in line]
        kept += [line.removesuffix(":") for line in sentence if line.strip(":")] + [f"line {place.group(1)}"]
        at = place.end()
    return "\n".join(kept or [line.strip() for line in message.split("\n") if line.strip()])


def mistakes():
    return sorted(file[:-3] for file in os.listdir(FOLDER) if file.endswith(".py"))


def entries():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return "".join(f"== {name}\n{shortened(message_of(name))}\n" for name in mistakes())


if __name__ == "__main__":
    with open(sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "pytorch.txt"), "w", encoding="utf-8") as f:
        f.write(entries())
