"""What outlives the window: project files, the recovery journal, settings."""

from studio.project.folders import AppFolders
from studio.project.project_file import SUFFIX, ProjectFile, load_project, save_project
from studio.project.settings import SETTINGS, Setting
from studio.project.settings_store import SettingsStore
from studio.project.troubles import UnreadableJournal, UnreadableProject, UnwritableProject

__all__ = [
    "SETTINGS",
    "SUFFIX",
    "AppFolders",
    "ProjectFile",
    "Setting",
    "SettingsStore",
    "UnreadableJournal",
    "UnreadableProject",
    "UnwritableProject",
    "load_project",
    "save_project",
]
