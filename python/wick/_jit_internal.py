"""Names that the texts of torch.nn use from torch._jit_internal."""
from typing import List


class _BroadcastingList:
    """BroadcastingList2[int] in an annotation: a list of two, or one number for both."""

    def __getitem__(self, element):
        return List[element]


BroadcastingList1 = BroadcastingList2 = BroadcastingList3 = _BroadcastingList()


def boolean_dispatch(arg_name, arg_index, default, if_true, if_false):
    """Either function, by the value of a bool argument; compiled code asks for the value when it is compiled."""

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
