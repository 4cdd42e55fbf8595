"""The running studio without a screen: what the command line, scripts, tests and the window drive.

`Studio` joins the parts: `document` (the piece, its selection and history), `piece` (its life on disk: project
file, view, origins of takes, recovery journal), `engine` (models), `transport` (what is heard, in ticks), `takes`
(what the models answered) and `settings`. It belongs to one thread. News from the engine and the player waits
until `poll`; `on_wake` says, on any thread, that there is some. Listeners get a `Topic` and look at the studio
again.

    studio.open(path); studio.new(); studio.save(); studio.save_as(path); studio.export(path, slot=None)
    studio.wishes = replace(studio.wishes, bars=8, limits=Limits(key=Key.parse("D:maj")))     the model panel
    job = studio.ask(Verb.CONTINUE)            of the place that is pointed at: current track, selection, loop
    job = studio.ask(verb, Place(track=1, marked=(start_tick, end_tick)), wishes)
    studio.put(request, models)                a request made elsewhere
    studio.takes.answers                       one per model: card, state, sentence, remarks, slots
    studio.takes.slots                         all takes, by model
    studio.takes.shown                         those that `studio.auditioning.arrange` shows, in the order of the digits
    studio.audition(slot); studio.audition_next(+1); studio.accept(); studio.reject(); studio.cancel()
    studio.accept_part(slot, TakePart(bars=(4, 6)))      or tracks=(1,), or notes=frozenset({0, 3}): the takes stay
    studio.mix(4, slot); studio.auditioning.mix_notes(slot, (0, 3))      a mixture, one more slot: accept it like a take
    studio.mark(slot, replace(slot.mark, starred=True)); studio.discard(slot); studio.cancel_model(model_id)
    studio.switch_when = SwitchWhen.BAR; studio.hear_before(True)
    studio.transport.play(); .stop(); .seek(tick); .set_loop((start_tick, end_tick)); .position_tick

`wishes` says what the user may wish for and where, `asking` makes a request of it for each verb, `summary` says it in
a line, `wish_memory` keeps it in settings and project. A request's score is the document's, with the new track of an
accompaniment at its end: `follow` leads takes to where their tracks are by now, and stages such a track, so that
hearing and accepting need not know about it.

`Audition` (`studio.auditioning`) is what a user does with takes: hearing one, at once, from the next bar or from the
loop point, as loud as the others and in the song or alone (`hearing`, `loudness`), marking and sorting them
(`take_figures`, `arranging`), mixing them, and accepting all or parts, each time by one step. A mixture is a take whose
notes remember their takes, and `remixing` puts it together again from the tree; `laying` turns any take into excerpts
for the song, so that hearing and accepting are the same. `EarlierTakes` remembers what was answered: a re-roll is asked
to differ. `Questions` joins questions aside to models with who asked.

`TakeTree` (`studio.piece.tree`) follows the board and keeps every request with its takes, in the project and, as they
come, in the journal; `take_record` leads from takes of the board to takes of the tree and back. `TreeDesk`
(`studio.tree`) is what a user does with it: shows takes again, goes back to a state of the song, goes on from any take
beside the song, has a request written again (`replay`) and compares takes (`take_diff`). `song_report` counts whose
notes the song holds, `provenance_text` tells it in MIDI files.

`BlindDesk` runs blind tests on the takes that show: `BlindTest` (`blind`) draws who meets whom and takes votes,
`song_entrant` lets the song's own bars compete, `studio.project.vote_store` keeps each vote at once, and while one runs
`studio.takes.blind` tells every view to hide what would give takes away. Over all tests `tally` counts votes, `scores`
fits Bradley-Terry strengths with intervals or says why the votes do not carry them, `tally_csv` writes both.

`WhyDesk` (`why`) asks models about notes, whoever wrote them: what else a note could be, what attention lay on, which
pitches come next; its `SurpriseDesk` has the notes in sight judged. `Whom` says which model is asked, `Studies` what
can be asked. An `Aside` is one kind of question: the latest counts, requests go first, answers are remembered by all
that they depend on; `SurpriseBook` remembers surprise by what the model heard, which is the whole song, so that undo
asks nothing. `TakeSwaps` undoes what was swapped in takes, which is no step of the song's own history.

What is heard is the document's score, or, while a take is auditioned, that score with the complete bars of the
take in it: the same two functions of `ml.requests` make it that also accept and export takes. Player plans are
made when they are due, not at each edit. While takes show, the loop runs over the join; afterwards the user's
own loop is back. Takes stay beside the document: rejecting them leaves no trace, accepting one is one step.

`CopyDesk` has each complete take looked up (`copy_check`), on a thread of its own, in a `copy_book`: the fingerprints
of what models learned from, shipped and, where a user trained one, beside the model. It puts the `copy_report` on the
board: numbers and sentences, and whether the run is longer than music by people usually shares. Nothing is hidden.

`ModelDesk` looks after the shelf while the program runs: it adds and removes models and has the speed of each measured
once, while nothing plays or is written; `SpeedBook` remembers speeds by checkpoint and machine in the cache folder.

`start` says which folders, models and sound font a studio gets; `cli` holds the commands that work without a
window. Reading and exporting (`files`) keep no state, so that a window may do them on another thread.

Everything that can go wrong for a user is an exception whose text is one plain sentence: `TROUBLES` lists them.
"""

from studio.session.arranging import Arrangement, SortBy
from studio.session.audition import Audition, TakePart
from studio.session.files import Opened, export_score, read_piece
from studio.session.mixture import Mixture
from studio.session.studio import Studio, Topic
from studio.session.take_figures import CopyReport, TakeFigures, TakeMark
from studio.session.takes import AnswerState, ModelAnswer, TakesBoard, TakeSlot
from studio.session.transport import Transport
from studio.session.troubles import TROUBLES
from studio.session.wishes import BAR_CHOICES, Partner, Place, Wishes

__all__ = [
    "BAR_CHOICES",
    "TROUBLES",
    "AnswerState",
    "Arrangement",
    "Audition",
    "CopyReport",
    "Mixture",
    "ModelAnswer",
    "Opened",
    "Partner",
    "Place",
    "SortBy",
    "Studio",
    "TakeFigures",
    "TakeMark",
    "TakePart",
    "TakeSlot",
    "TakesBoard",
    "Topic",
    "Transport",
    "Wishes",
    "export_score",
    "read_piece",
]
