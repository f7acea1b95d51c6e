"""spawn: several processes of one function, and what went wrong in one of them."""
import multiprocessing
import multiprocessing.connection
import os
import pickle
import signal
import sys
import tempfile
import traceback

ENV_VAR_PARALLEL_START = "TORCH_MP_PARALLEL_START"


class ProcessException(Exception):
    def __init__(self, msg, error_index, pid):
        super().__init__(msg)
        self.msg, self.error_index, self.pid = msg, error_index, pid

    def __reduce__(self):
        return type(self), (self.msg, self.error_index, self.pid)


class ProcessRaisedException(ProcessException):
    """The function raised an exception."""


class ProcessExitedException(ProcessException):
    """The process ended in another way."""

    def __init__(self, msg, error_index, error_pid, exit_code, signal_name=None):
        super().__init__(msg, error_index, error_pid)
        self.exit_code, self.signal_name = exit_code, signal_name

    def __reduce__(self):
        return type(self), (self.msg, self.error_index, self.pid, self.exit_code, self.signal_name)


def _run(fn, index, args, report):
    try:
        fn(index, *args)
    except KeyboardInterrupt:
        pass
    except Exception:
        with open(report, "wb") as file:
            pickle.dump(traceback.format_exc(), file)
        sys.exit(1)


class ProcessContext:
    """Processes that run; `join` waits for them."""

    def __init__(self, processes, reports):
        self.processes, self._reports = processes, reports
        self.sentinels = {process.sentinel: index for index, process in enumerate(processes)}

    def pids(self):
        return [int(process.pid) for process in self.processes]

    def join(self, timeout=None, grace_period=None):
        """True when all have ended; False after `timeout` seconds. When one fails, the others are ended, and its exception is raised."""
        if not self.sentinels:
            return True
        failed = None
        for sentinel in multiprocessing.connection.wait(self.sentinels, timeout=timeout):
            index = self.sentinels.pop(sentinel)
            self.processes[index].join()
            if self.processes[index].exitcode != 0:
                failed = index
                break
        if failed is None:
            return not self.sentinels
        for process in self.processes:
            if process.is_alive():
                process.terminate()
            process.join(grace_period)
            if process.is_alive():
                process.kill()
                process.join()
        self._raise_for(failed)

    def _raise_for(self, index):
        process, report = self.processes[index], self._reports[index]
        if os.path.getsize(report) > 0:
            with open(report, "rb") as file:
                text = pickle.load(file)
            raise ProcessRaisedException(f"\n\n-- Process {index} terminated with the following error:\n{text}", index, process.pid)
        if process.exitcode < 0:
            try:
                name = signal.Signals(-process.exitcode).name
            except ValueError:
                name = f"<Unknown signal {-process.exitcode}>"
            raise ProcessExitedException(f"process {index} terminated with signal {name}", index, process.pid, process.exitcode, name)
        raise ProcessExitedException(f"process {index} terminated with exit code {process.exitcode}", index, process.pid, process.exitcode)


class SpawnContext(ProcessContext):
    """That of processes which `spawn` has started."""


def start_processes(fn, args=(), nprocs=1, join=True, daemon=False, start_method="spawn"):
    """fn(i, *args) in `nprocs` processes; with `join` waits for them, without gives their context."""
    context = multiprocessing.get_context(start_method)
    folder = tempfile.TemporaryDirectory()
    reports = [os.path.join(folder.name, str(index)) for index in range(nprocs)]
    processes = []
    for index, report in enumerate(reports):
        open(report, "wb").close()
        processes.append(context.Process(target=_run, args=(fn, index, args, report), daemon=daemon))
        processes[-1].start()
    started = SpawnContext(processes, reports)
    started._folder = folder  # it goes with the context
    if not join:
        return started
    while not started.join():
        pass


def spawn(fn, args=(), nprocs=1, join=True, daemon=False, start_method="spawn"):
    """As start_processes, by spawning."""
    return start_processes(fn, args, nprocs, join, daemon, start_method)
