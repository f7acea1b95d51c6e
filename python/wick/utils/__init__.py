"""Timers."""
from . import benchmark
from .benchmark import Benchmark, Timer
