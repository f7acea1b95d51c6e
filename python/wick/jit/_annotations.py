"""What programs say to the compiler; in Python these do nothing, or what comes nearest."""
import builtins
import concurrent.futures
import typing

from ..futures import Future

Final = typing.Final


def _identity(value):
    return value


def _decorator(name):
    """With or without arguments: @ignore, @ignore(), @unused."""
    def decorator(*args, **kwargs):
        return args[0] if args and callable(args[0]) else _identity

    decorator.__name__ = name  # by which the compiler knows it
    return decorator


export, ignore, unused, interface, script_method = map(_decorator, ("export", "ignore", "unused", "interface", "script_method"))


def _overload(function):
    """The signature of a function whose body comes later, under the same name."""
    return function


_overload_method = _overload


def annotate(the_type, the_value):
    return the_value


def Attribute(value, type):
    return value


def is_scripting():
    """Whether this runs as compiled code: not here."""
    return False


def isinstance(obj, target_type):
    """As Python's isinstance; of List[int] and its like, by what is inside too."""
    origin, arguments = typing.get_origin(target_type), typing.get_args(target_type)
    if builtins.isinstance(target_type, tuple):
        return any(isinstance(obj, one) for one in target_type)
    if origin is typing.Union:
        return any(isinstance(obj, one) for one in arguments)
    if origin is None:
        return builtins.isinstance(obj, target_type or type(None))
    if not builtins.isinstance(obj, origin):
        return False
    if origin is dict:
        return all(isinstance(key, arguments[0]) and isinstance(value, arguments[1]) for key, value in obj.items())
    if origin is tuple:
        return len(obj) == len(arguments) and all(map(isinstance, obj, arguments))
    return all(isinstance(item, arguments[0]) for item in obj)


_pool = None


def fork(func, *args, **kwargs):
    """Calls `func` on a thread; wait(future) gives its result."""
    global _pool
    if _pool is None:
        _pool = concurrent.futures.ThreadPoolExecutor(thread_name_prefix="wick")
    return Future._of(_pool.submit(func, *args, **kwargs))


def wait(future):
    return future.wait()
