"""The process's generator of random numbers."""
import contextlib

from ._wick import Generator, default_generator

__all__ = ["fork_rng", "get_rng_state", "initial_seed", "manual_seed", "seed", "set_rng_state"]


def manual_seed(seed):
    """Starts the random numbers again from a seed. Returns the generator."""
    return default_generator.manual_seed(seed)


def seed():
    """Starts the random numbers from a seed of the system's, and returns it."""
    return default_generator.seed()


def initial_seed():
    return default_generator.initial_seed()


def get_rng_state():
    return default_generator.get_state()


def set_rng_state(new_state):
    default_generator.set_state(new_state)


@contextlib.contextmanager
def fork_rng(devices=None, enabled=True):
    """After a `with` the random numbers go on as if nothing had been drawn in it."""
    state = get_rng_state()
    try:
        yield
    finally:
        if enabled:
            set_rng_state(state)


def _generator_of(state):
    """A generator from its pickled form."""
    return Generator().set_state(state)
