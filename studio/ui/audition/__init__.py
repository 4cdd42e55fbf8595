"""The comparison below the roll: models as rows, takes as columns, each a live thumbnail with its figures.

`comparison` turns the session's board into plain values (`cell_view`): rows, cells, figures in words, and which digit
hears which take. `audition_view` is the pane: `audition_bar` (when takes switch, how they sound, order and filter),
`grid` with a `model_header` for each row and a `take_cell` for each take, and `mixture_strip` for bars put together
from several takes. Cells compare the value they show with the new one, so that only takes that changed are painted,
and a few at a time: sixteen thumbnails while models write must not hold the window up. `thumbnail` paints notes in one
batch; `cell_layout` says where the parts of a cell lie at any width.

`audition_flow` does what cells, keys and menus ask for, `take_parts` knows what marked bars and picked notes mean of a
take, `orders` names orders and filters, `opening` decides when the pane shows and how tall it is, and `wiring` joins
all of it with the window. What is heard, marked, mixed and kept is the session's (`studio.session.audition`).
"""
