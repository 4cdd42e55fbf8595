"""The workstation: a document and its edits, sound, models at work, and a window over all of it.

Read downwards, a line may use only lines below it: __main__ / app / ui / session / audio, engine, project / edit.
Of `ml`, everyone may use music, requests and measures; only `engine` reaches the layers that need torch.
"""
