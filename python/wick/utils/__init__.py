"""Timers, data sets, checkpoints."""
from . import benchmark, checkpoint, data
from .benchmark import Benchmark, Timer
