"""The first answer after a start, in a process of its own: what is imported for it is what its user waits for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ANSWER = """
import sys, threading
from ml.requests import Choosing, GenerationRequest, continue_region
from studio.engine import Engine, Failed, Finished, Shelf
from studio.session.files import read_piece
from studio.session.start import FIRST_SKETCH, SHIPPED_MODELS

woken = threading.Event()
engine = Engine(Shelf([SHIPPED_MODELS]), on_message=woken.set)
score = read_piece(FIRST_SKETCH).score
engine.submit(GenerationRequest(score, continue_region(score, 0, 1), takes=1), ["blend", "gru"], Choosing(pool=2))
messages = []
while not any(isinstance(message, Finished) for message in messages):
    assert woken.wait(60)
    woken.clear()
    messages += engine.poll()
assert not [message for message in messages if isinstance(message, Failed)]
assert "torch" in sys.modules
print(*(name for name in ("torch._dynamo", "sympy", "pyqtgraph") if name in sys.modules))
engine.close()
"""


def test_no_model_waits_for_the_compiler_of_torch() -> None:
    done = subprocess.run([sys.executable, "-c", ANSWER], cwd=ROOT, capture_output=True, text=True, timeout=90)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
