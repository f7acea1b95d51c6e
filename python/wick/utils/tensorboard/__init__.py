"""torch.utils.tensorboard: logs for TensorBoard, written without it."""
import datetime
import os
import socket
import time

from . import summary
from ._events import EventFile

__all__ = ["FileWriter", "SummaryWriter"]


def _step(global_step):
    return None if global_step is None else int(global_step)


class FileWriter:
    """One event file."""

    def __init__(self, log_dir, max_queue=10, flush_secs=120, filename_suffix=""):
        self.event_writer = EventFile(str(log_dir), filename_suffix)
        self._log_dir, self._flush_seconds, self._flushed = str(log_dir), flush_secs, time.time()

    def get_logdir(self):
        return self._log_dir

    def add_summary(self, summary, global_step=None, walltime=None):
        self.event_writer.add(summary, _step(global_step), walltime)
        if time.time() - self._flushed > self._flush_seconds:
            self.flush()

    def flush(self):
        self.event_writer.flush()
        self._flushed = time.time()

    def close(self):
        self.event_writer.close()


class SummaryWriter:
    """Writes scalars, histograms, pictures, sound and texts of a training to an event file of the folder log_dir (runs/TIME_HOST)."""

    def __init__(self, log_dir=None, comment="", purge_step=None, max_queue=10, flush_secs=120, filename_suffix=""):
        if not log_dir:
            now = datetime.datetime.now().strftime("%b%d_%H-%M-%S")
            log_dir = os.path.join("runs", f"{now}_{socket.gethostname()}{comment}")
        self.log_dir, self._options = str(log_dir), (max_queue, flush_secs, filename_suffix)
        self.purge_step, self.file_writer, self.all_writers = purge_step, None, {}
        self._get_file_writer()

    def _get_file_writer(self):
        if self.file_writer is None:
            self.file_writer = FileWriter(self.log_dir, *self._options)
            self.all_writers[self.log_dir] = self.file_writer
            if self.purge_step is not None:
                self.file_writer.event_writer.purge(self.purge_step)
                self.purge_step = None
        return self.file_writer

    def get_logdir(self):
        return self.log_dir

    def add_scalar(self, tag, scalar_value, global_step=None, walltime=None, new_style=False, double_precision=False):
        self._get_file_writer().add_summary(summary.scalar(tag, scalar_value, new_style, double_precision), global_step, walltime)

    def add_scalars(self, main_tag, tag_scalar_dict, global_step=None, walltime=None):
        """Several curves in one diagram: each is a run of its own, in a folder beside the file."""
        walltime = time.time() if walltime is None else walltime
        for tag, value in tag_scalar_dict.items():
            folder = f"{self._get_file_writer().get_logdir()}/{main_tag.replace('/', '_')}_{tag}"
            if folder not in self.all_writers:
                self.all_writers[folder] = FileWriter(folder, *self._options)
            self.all_writers[folder].add_summary(summary.scalar(main_tag, value), global_step, walltime)

    def add_histogram(self, tag, values, global_step=None, bins="tensorflow", walltime=None, max_bins=None):
        self._get_file_writer().add_summary(summary.histogram(tag, values, bins, max_bins), global_step, walltime)

    def add_image(self, tag, img_tensor, global_step=None, walltime=None, dataformats="CHW"):
        self._get_file_writer().add_summary(summary.image(tag, img_tensor, dataformats), global_step, walltime)

    def add_images(self, tag, img_tensor, global_step=None, walltime=None, dataformats="NCHW"):
        self._get_file_writer().add_summary(summary.image(tag, img_tensor, dataformats), global_step, walltime)

    def add_figure(self, tag, figure, global_step=None, close=True, walltime=None):
        """A figure of matplotlib's, or several, as a picture."""
        import numpy
        from matplotlib import pyplot
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        figures = figure if isinstance(figure, list) else [figure]
        pictures = []
        for one in figures:
            canvas = FigureCanvasAgg(one)
            canvas.draw()
            pictures.append(numpy.array(canvas.buffer_rgba())[:, :, :3])
            if close:
                pyplot.close(one)
        if isinstance(figure, list):
            self.add_images(tag, numpy.stack(pictures), global_step, walltime, dataformats="NHWC")
        else:
            self.add_image(tag, pictures[0], global_step, walltime, dataformats="HWC")

    def add_audio(self, tag, snd_tensor, global_step=None, sample_rate=44100, walltime=None):
        self._get_file_writer().add_summary(summary.audio(tag, snd_tensor, sample_rate), global_step, walltime)

    def add_text(self, tag, text_string, global_step=None, walltime=None):
        self._get_file_writer().add_summary(summary.text(tag, text_string), global_step, walltime)

    def flush(self):
        for writer in self.all_writers.values():
            writer.flush()

    def close(self):
        for writer in self.all_writers.values():
            writer.close()
        self.file_writer, self.all_writers = None, {}

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()
