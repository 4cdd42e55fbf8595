"""The tree of takes in the window: every request with its takes, found again, heard, compared, gone back to.

    outline      pure: the tree as nested rows, searched and filtered; the main line stays flat, branches hang below
    tree_model   the rows for a QTreeView; tree_delegate paints a row, with its little roll from thumbnails
    tree_panel   the panel: search, filter, rows, what is known of the chosen take
    tree_flow    what the panel and the actions do: the one place that knows the studio
    diff_layer   two takes over each other in the roll
    report_dialog   whose notes the song holds

The panel stands below the list of tracks (`side_column`), hidden until it is asked for: while it is hidden nothing is
worked out. A row is painted only
while it is in sight, and its little roll is kept as a picture, so that a thousand takes cost what twenty do.
"""
