"""Names that the texts of torch.nn use from torch._jit_internal."""
import functools
import inspect
import opcode
import types
import typing


class _BroadcastingList:
    """BroadcastingList2[int] in an annotation: a list of two, or one number for both."""

    def __init__(self, count):
        self.count = count

    def __getitem__(self, element):
        return typing.Annotated[typing.List[element], self]


BroadcastingList1, BroadcastingList2, BroadcastingList3 = map(_BroadcastingList, (1, 2, 3))


def _count(annotation):
    """How many numbers an annotation asks for, 0 when it is not of that kind."""
    if typing.get_origin(annotation) is typing.Annotated:
        return annotation.__metadata__[0].count
    return max(map(_count, typing.get_args(annotation)), default=0)


def _looks_into_lists(code):
    return "len" in code.co_names or "_unpool_output_size" in code.co_names or opcode.opmap["UNPACK_SEQUENCE"] in code.co_code[::2]


def broadcasting(function):
    """The function with one number taken for a list where its annotations say so, and None in a list for the size of the input.
    What only hands its lists on to operators, which do the same with numbers, stays as it is."""
    if not isinstance(function, types.FunctionType) or not _looks_into_lists(function.__code__):
        return function
    counts = [(place, name, count) for place, name in enumerate(inspect.getfullargspec(function).args)
              if (count := _count(function.__annotations__.get(name)))]
    if not counts:
        return function
    defaults = function.__defaults__ or ()
    first = function.__code__.co_argcount - len(defaults)
    wide = {place: count for place, _, count in counts}
    function.__defaults__ = tuple(_whole(value, wide[place], None) if place in wide else value
                                  for place, value in enumerate(defaults, first))

    @functools.wraps(function)
    def broadcast(*args, **kwargs):
        args = list(args)
        for place, name, count in counts:
            values, key = (args, place) if place < len(args) else (kwargs, name)
            if key == place or name in kwargs:
                values[key] = _whole(values[key], count, args[0] if args else kwargs.get("input"))
        return function(*args, **kwargs)

    return broadcast


def _whole(value, count, input):
    if isinstance(value, int):
        return [value] * count
    if isinstance(value, (list, tuple)) and None in value:
        return [size if one is None else one for one, size in zip(value, input.shape[-len(value):])]
    return value


def boolean_dispatch(arg_name, arg_index, default, if_true, if_false):
    """Either function, by the value of a bool argument; compiled code asks for the value when it is compiled."""
    if_true, if_false = broadcasting(if_true), broadcasting(if_false)

    def function(*args, **kwargs):
        chosen = default
        if arg_name in kwargs:
            chosen = kwargs[arg_name]
        elif arg_index < len(args):
            chosen = args[arg_index]
        return (if_true if chosen else if_false)(*args, **kwargs)

    # The program's function of the name is what the compiler looks for (jit/_compiler.py).
    function.__name__ = function.__qualname__ = if_false.__name__.removeprefix("_")
    function.__module__ = if_false.__module__
    return function
