"""Where the program keeps its own files on this machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

HOME_VARIABLE = "CONTINUO_HOME"
"""Environment variable that moves everything into one folder: for portable use, and for tests."""


@dataclass(frozen=True, slots=True)
class AppFolders:
    """The program's own folders. They are made when first written to, not here."""

    data: Path
    config: Path
    cache: Path

    @staticmethod
    def of_user(environment: Mapping[str, str] | None = None) -> AppFolders:
        """The usual places of this system, or those below CONTINUO_HOME if that is set."""
        home = (os.environ if environment is None else environment).get(HOME_VARIABLE)
        if home:
            return AppFolders.below(Path(home))
        found = platformdirs.PlatformDirs("continuo", appauthor=False)
        return AppFolders(found.user_data_path, found.user_config_path, found.user_cache_path)

    @staticmethod
    def below(home: Path) -> AppFolders:
        """All folders inside `home`."""
        home = home.expanduser().absolute()
        return AppFolders(home / "data", home / "config", home / "cache")

    @property
    def journal(self) -> Path:
        """Recovery journals of running and of crashed programs."""
        return self.data / "journal"

    @property
    def models(self) -> Path:
        """Models that the user trained or brought, beside those that are shipped."""
        return self.data / "models"

    @property
    def votes_file(self) -> Path:
        """The user's votes in blind tests."""
        return self.data / "votes.jsonl"

    @property
    def settings_file(self) -> Path:
        return self.config / "settings.json"
