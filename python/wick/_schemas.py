"""Schemas as objects: parse_schema."""
from . import _wick


class _Argument:
    """One of a schema's arguments or results."""

    def __init__(self, given):
        self.name, self.type, self._has_default, self.default_value, self.kwarg_only, length, self.is_out, alias = given
        self.N = length or None
        self.alias_info = None if alias is None else _AliasInfo(*alias)

    def has_default_value(self):
        return self._has_default

    def __repr__(self):
        return f"{self.type} {self.name}".rstrip()


class _AliasInfo:
    """The memory that an argument shares, and whether it is written to."""

    def __init__(self, is_write, before, after):
        self.is_write, self.before_set, self.after_set = is_write, set(before), set(after or before)


class FunctionSchema:
    """What an operator takes and gives."""

    def __init__(self, text):
        self._text, self.name, self.overload_name, arguments, returns, self.is_mutable = _wick._parse_schema(text)
        self.arguments, self.returns = [_Argument(one) for one in arguments], [_Argument(one) for one in returns]

    def __str__(self):
        return self._text

    __repr__ = __str__

    def __eq__(self, other):
        return isinstance(other, FunctionSchema) and str(self) == str(other)

    def __hash__(self):
        return hash(self._text)


def parse_schema(schema):
    """The schema of a text: "aten::add(Tensor self, *, Scalar alpha=1) -> Tensor"."""
    return FunctionSchema(schema)
