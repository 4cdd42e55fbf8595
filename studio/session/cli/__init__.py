"""The commands that work without a window. `studio.__main__` chooses among them.

Each command has `add`, which declares its arguments, and `run`, which does the work and returns the exit code. The
five that ask models (`verbs`) share their options (`wish_options`, `place_options`) and what they write
(`take_files`). What can go wrong for a user is raised as one of `studio.session.TROUBLES`; `studio.__main__` prints
its sentence and exits with 2. Results (names of files, tables, JSON) go to stdout, progress and remarks to stderr.
Files are written completely or not at all.
"""
