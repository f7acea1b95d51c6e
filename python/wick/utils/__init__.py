"""Timers, and data sets."""
from . import benchmark, data
from .benchmark import Benchmark, Timer
