"""Threads that are in wick when Python ends."""
import os
import subprocess
import sys
import textwrap

import pytest

PROGRAMS = {
    "calls": """
        net = wick.nn.Linear(300, 300)
        scripted, x = wick.jit.script(net), wick.randn(64, 300)

        def work():
            scripted(x), net(x).sum().backward(), x.exp()
    """,
    "callbacks": """
        class Slow(wick.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return x * 2

            @staticmethod
            def backward(ctx, gradient):
                return [gradient for _ in range(3000)][0]

        x = wick.ones(3, requires_grad=True)
        x.register_hook(lambda gradient: [gradient for _ in range(3000)][0])

        def work():
            Slow.apply(x * x).sum().backward()
    """,
    "loader": """
        from wick.utils.data import DataLoader

        data = [wick.randn(50, 50).softmax(0) for _ in range(500)]

        def work():
            for batch in DataLoader(data, 5, num_workers=2):
                batch.sum()
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_daemon_threads_do_not_disturb_the_end(name):
    program = "import threading, time\nimport wick\n" + textwrap.dedent(PROGRAMS[name]) + """
def forever():
    while True:
        work()

for _ in range(3):
    threading.Thread(target=forever, daemon=True).start()
time.sleep(0.1)
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, timeout=60)
        assert (done.returncode, done.stderr) == (0, ""), done
