"""The commands that work without a window. `studio.__main__` chooses among them.

Each file is one command: `add` declares its arguments, `run` does the work and returns the exit code. What can go
wrong for a user is raised as one of `studio.session.TROUBLES`; `studio.__main__` prints its sentence and exits
with 2. Results (names of files, tables, JSON) go to stdout, progress and remarks to stderr. Files are written
completely or not at all.
"""
