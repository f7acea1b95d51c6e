"""torch._tensor_str: under this name, how tensors are shown, and the parts of which classes of tensors make their own texts."""
from . import _wick
from ._printing import get_printoptions, printoptions, set_printoptions  # noqa: F401


class _Options:
    """The options as attributes."""

    def __getattr__(self, name):
        options = get_printoptions()
        if name not in options:
            raise AttributeError(name)
        return options[name]

    def __setattr__(self, name, value):
        set_printoptions(**{name: value})


PRINT_OPTS = _Options()
_PREFIX = "tensor("


def _tensor_str(self, indent):
    """The elements alone, whose lines but the first begin after `indent` spaces."""
    text = _wick.Tensor.__repr__(self.detach())
    end = text.rfind("]") + 1 if "[" in text else min(text.find(end) for end in (",", ")") if end in text)
    return text[len(_PREFIX) : end].replace("\n" + " " * len(_PREFIX), "\n" + " " * indent)


def _add_suffixes(tensor_str, suffixes, indent, force_newline):
    """The text with what is said behind the elements, in lines that are not too long, and the bracket that ends it."""
    made, width = [tensor_str], len(tensor_str) - tensor_str.rfind("\n") + 1
    for suffix in suffixes:
        begins_line = force_newline or width + len(suffix) + 2 > PRINT_OPTS.linewidth
        made.append((",\n" + " " * indent if begins_line else ", ") + suffix)
        width = indent + len(suffix) if begins_line else width + len(suffix) + 2
        force_newline = False
    return "".join(made) + ")"
