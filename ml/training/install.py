"""A trained model beside others in a folder of models; what is there already stays."""

from __future__ import annotations

import re
import shutil
import tempfile
import unicodedata
from pathlib import Path

from ml.models.model_folder import CARD_FILE, CONFIG_FILE
from ml.models.weights_file import WEIGHTS_FILE


def folder_name(name: str) -> str:
    """The name as a folder's, in small plain letters."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")[:60] or "model"


def install(model: Path, models: Path, name: str) -> Path:
    """Copy the model folder into `models` under a name that is free there; it appears whole or not at all.

    Returns the new folder. Raises OSError.
    """
    models.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=models, prefix=".draft-"))
    try:
        for file in (CARD_FILE, CONFIG_FILE, WEIGHTS_FILE):
            shutil.copyfile(model / file, draft / file)
        draft.chmod(0o755)
        wanted, number = folder_name(name), 1
        while True:
            place = models / (wanted if number == 1 else f"{wanted}-{number}")
            number += 1
            if place.exists():
                continue
            draft.replace(place)
            return place
    finally:
        shutil.rmtree(draft, ignore_errors=True)
