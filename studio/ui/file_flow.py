"""What the File menu does: asks for names, loads and renders on the files thread, never loses unsaved work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ml.music import Score
from ml.requests import Take
from studio.project.settings import LAST_FOLDER
from studio.session.files import Opened, export_score, read_piece
from studio.session.studio import Studio
from studio.session.takes import TakeSlot
from studio.ui.dialogs.file_dialogs import Asking, Unsaved
from studio.ui.jobs import FileJob, FileJobs

SavePicture = Callable[[Score, Take | None, Path], None]


class FileFlow:
    """`watch` shows a job's progress; `trouble` shows an error's sentence; `picture` paints the roll into a file."""

    def __init__(
        self,
        studio: Studio,
        jobs: FileJobs,
        asking: Asking,
        *,
        watch: Callable[[FileJob], None],
        trouble: Callable[[Exception], None],
        picture: SavePicture,
    ) -> None:
        self._studio = studio
        self._jobs = jobs
        self.asking = asking
        self._watch = watch
        self._trouble = trouble
        self._picture = picture

    # --- opening

    def settled(self) -> bool:
        """Whether the present piece may go: it is saved, or the user decided about it."""
        if not self._studio.piece.modified:
            return True
        answer = self.asking.unsaved(self._studio.name)
        if answer is Unsaved.SAVE:
            return self.save()
        return answer is Unsaved.DISCARD

    def new(self) -> None:
        if self.settled():
            self._studio.new()

    def open(self) -> None:
        if self.settled():
            path = self.asking.open_path(self._folder())
            if path is not None:
                self._read(path)

    def open_path(self, path: Path) -> None:
        """Open a file that is known by name: dropped, recent, or from the command line."""
        if self.settled():
            self._read(path)

    def _read(self, path: Path) -> None:
        def done(opened: Opened) -> None:
            self._remember(path)
            self._studio.show(opened)

        def failed(error: Exception) -> None:
            if not path.exists():
                self._studio.settings.remove_recent(path)
            self._trouble(error)

        self._watch(self._jobs.start(FileJob(f"Opening {path.name}", lambda _: read_piece(path), done, failed)))

    # --- saving

    def save(self) -> bool:
        """Save, asking for a name if there is none yet; whether it is saved now."""
        if self._studio.path is None:
            return self.save_as()
        return self._saved(self._studio.path)

    def save_as(self) -> bool:
        path = self.asking.save_path("Save the project", self._suggested(".continuo"), "Continuo project (*.continuo)")
        return path is not None and self._saved(path)

    def _saved(self, path: Path) -> bool:
        try:
            self._studio.save_as(path)
        except (ValueError, OSError) as error:
            self._trouble(error)
            return False
        self._remember(path)
        return True

    # --- exporting

    def export_midi(self) -> None:
        self._export("Export MIDI", ".mid", "MIDI file (*.mid)", self._studio.document.score)

    def export_wav(self) -> None:
        self._export("Export WAV", ".wav", "WAV sound (*.wav)", self._studio.document.score)

    def export_take(self, slot: TakeSlot | None) -> None:
        """Write a take alone; the one that is heard when none is named."""
        slot = slot or self._studio.takes.auditioned
        if slot is None or not slot.done:
            self._studio.say("Choose a finished take first.")
            return
        suggested = self._folder() / f"{self._studio.name} - {slot.title}.mid"
        path = self.asking.save_path("Export the take", suggested, "MIDI file (*.mid)")
        if path is not None:
            self._remember(path)
            self._studio.export(path, slot=slot)

    def export_picture(self) -> None:
        path = self.asking.save_path("Export picture", self._suggested(".png"), "Picture (*.png)")
        if path is not None:
            self._remember(path)
            board = self._studio.takes
            heard = None if board.blind else board.auditioned
            self._picture(self._studio.document.score, heard.take if heard is not None else None, path)
            self._studio.say(f"Exported “{path.name}”.")

    def export_table(self, title: str, name: str, kind: str, write: Callable[[Path], None]) -> None:
        """Ask for a name and let `write` do the rest; `kind` such as "Table (*.csv)"."""
        path = self.asking.save_path(title, self._folder() / name, kind)
        if path is None:
            return
        try:
            write(path)
        except (ValueError, OSError) as error:
            self._trouble(error)
            return
        self._remember(path)
        self._studio.say(f"Exported “{path.name}”.")

    def _export(self, title: str, suffix: str, kind: str, score: Score) -> None:
        path = self.asking.save_path(title, self._suggested(suffix), kind)
        if path is None:
            return
        self._remember(path)
        sound_font, texts = self._studio.sound_font, self._studio.tree.texts()

        def work(job: FileJob) -> None:
            export_score(score, path, sound_font, texts=texts, progress=job.progress, cancelled=job.cancelled)

        def done(_: None) -> None:
            self._studio.say(f"Exported “{path.name}”.")

        self._watch(self._jobs.start(FileJob(f"Exporting {path.name}", work, done, self._trouble)))

    # --- folders

    def _folder(self) -> Path:
        folder = Path(self._studio.settings.get(LAST_FOLDER) or Path.home())
        return folder if folder.is_dir() else Path.home()

    def _remember(self, path: Path) -> None:
        self._studio.settings.set(LAST_FOLDER, str(path.absolute().parent))

    def _suggested(self, suffix: str) -> Path:
        return self._folder() / f"{self._studio.name}{suffix}"
