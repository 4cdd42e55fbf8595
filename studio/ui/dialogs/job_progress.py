"""A small box with progress and cancel for a file job; it never stands in the way and never shows for quick jobs."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QProgressDialog, QWidget

from studio.ui.jobs import FileJob, FileJobs

DELAY_MS = 400


class JobProgress(QProgressDialog):
    """Closes itself when the job has ended. The window stays usable: a job works on a snapshot."""

    def __init__(self, job: FileJob, jobs: FileJobs, parent: QWidget) -> None:
        super().__init__(job.title, "Cancel", 0, 0, parent)
        self.setObjectName("job-progress")
        self.setWindowTitle("Continuo")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.NonModal)
        self.setMinimumWidth(360)
        self.setAutoClose(False)
        self.setAutoReset(False)
        self.setMinimumDuration(2**30)  # shown by the timer below, whatever the progress
        self._job = job
        self._jobs = jobs
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.timeout.connect(self.show)
        self._delay.start(DELAY_MS)
        self.canceled.connect(self._cancel)
        jobs.progressed.connect(self._progressed)
        job.ended = self.finish

    def _progressed(self, job: object, fraction: float) -> None:
        if job is self._job:
            if self.maximum() == 0:
                self.setMaximum(100)
            self.setValue(round(fraction * 100))

    def _cancel(self) -> None:
        self._job.cancel()
        self.finish()

    def finish(self) -> None:
        """The job is over: go away, also when nobody has seen the box."""
        self._delay.stop()
        self._jobs.progressed.disconnect(self._progressed)
        self._job.ended = lambda: None
        self.canceled.disconnect(self._cancel)
        self.close()
        self.deleteLater()
