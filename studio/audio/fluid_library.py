"""The functions of libfluidsynth that the player uses, with their C types, and where the library is found."""

from __future__ import annotations

import contextlib
import ctypes
import io
from ctypes import c_char_p, c_double, c_float, c_int, c_short, c_uint, c_void_p
from typing import Any

OK = 0

_PTR = c_void_p
_PROTOTYPES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "fluid_set_log_function": (_PTR, (c_int, _PTR, _PTR)),
    "new_fluid_settings": (_PTR, ()),
    "delete_fluid_settings": (None, (_PTR,)),
    "fluid_settings_setint": (c_int, (_PTR, c_char_p, c_int)),
    "fluid_settings_setnum": (c_int, (_PTR, c_char_p, c_double)),
    "fluid_settings_setstr": (c_int, (_PTR, c_char_p, c_char_p)),
    "fluid_settings_option_concat": (_PTR, (_PTR, c_char_p, c_char_p)),
    "fluid_free": (None, (_PTR,)),
    "new_fluid_synth": (_PTR, (_PTR,)),
    "delete_fluid_synth": (None, (_PTR,)),
    "fluid_synth_sfload": (c_int, (_PTR, c_char_p, c_int)),
    "fluid_synth_sfunload": (c_int, (_PTR, c_int, c_int)),
    "fluid_synth_pin_preset": (c_int, (_PTR, c_int, c_int, c_int)),
    "fluid_synth_set_channel_type": (c_int, (_PTR, c_int, c_int)),
    "fluid_synth_set_gain": (None, (_PTR, c_float)),
    "fluid_synth_noteon": (c_int, (_PTR, c_int, c_int, c_int)),
    "fluid_synth_noteoff": (c_int, (_PTR, c_int, c_int)),
    "fluid_synth_cc": (c_int, (_PTR, c_int, c_int, c_int)),
    "fluid_synth_pitch_bend": (c_int, (_PTR, c_int, c_int)),
    "fluid_synth_program_change": (c_int, (_PTR, c_int, c_int)),
    "fluid_synth_channel_pressure": (c_int, (_PTR, c_int, c_int)),
    "fluid_synth_key_pressure": (c_int, (_PTR, c_int, c_int, c_int)),
    "fluid_synth_get_active_voice_count": (c_int, (_PTR,)),
    "fluid_synth_write_float": (c_int, (_PTR, c_int, _PTR, c_int, c_int, _PTR, c_int, c_int)),
    "new_fluid_audio_driver": (_PTR, (_PTR, _PTR)),
    "delete_fluid_audio_driver": (None, (_PTR,)),
    "new_fluid_sequencer2": (_PTR, (c_int,)),
    "delete_fluid_sequencer": (None, (_PTR,)),
    "fluid_sequencer_register_fluidsynth": (c_short, (_PTR, _PTR)),
    "fluid_sequencer_unregister_client": (None, (_PTR, c_short)),
    "fluid_sequencer_set_time_scale": (None, (_PTR, c_double)),
    "fluid_sequencer_get_tick": (c_uint, (_PTR,)),
    "fluid_sequencer_send_at": (c_int, (_PTR, _PTR, c_uint, c_int)),
    "fluid_sequencer_remove_events": (None, (_PTR, c_short, c_short, c_int)),
    "new_fluid_event": (_PTR, ()),
    "delete_fluid_event": (None, (_PTR,)),
    "fluid_event_set_source": (None, (_PTR, c_short)),
    "fluid_event_set_dest": (None, (_PTR, c_short)),
    "fluid_event_noteon": (None, (_PTR, c_int, c_short, c_short)),
    "fluid_event_noteoff": (None, (_PTR, c_int, c_short)),
    "fluid_event_control_change": (None, (_PTR, c_int, c_short, c_int)),
    "fluid_event_program_change": (None, (_PTR, c_int, c_int)),
    "fluid_event_pitch_bend": (None, (_PTR, c_int, c_int)),
    "fluid_event_channel_pressure": (None, (_PTR, c_int, c_int)),
    "fluid_event_key_pressure": (None, (_PTR, c_int, c_short, c_int)),
}


class SynthMissing(Exception):
    """FluidSynth is not installed; the text is one sentence that says what to do."""

    def __init__(self) -> None:
        super().__init__(
            "FluidSynth is not installed, so there is no sound: install it (Debian and Ubuntu: apt install "
            "libfluidsynth3; macOS: brew install fluid-synth; Windows: choco install fluidsynth) and start again."
        )


def load_fluid_library() -> Any:
    """The C library with typed functions; raises SynthMissing. Its own messages to stderr are switched off."""
    try:
        # Where CI is set, the import prints what it found, into whatever this process prints for others to read.
        with contextlib.redirect_stdout(io.StringIO()):
            import fluidsynth  # finds and loads the shared library of this platform
    except (ImportError, OSError, AttributeError):
        raise SynthMissing from None
    library = ctypes.CDLL(fluidsynth.lib)
    for name, (result, arguments) in _PROTOTYPES.items():
        function = getattr(library, name, None)
        if function is None:
            raise SynthMissing
        function.restype, function.argtypes = result, arguments
    for level in range(5):
        library.fluid_set_log_function(level, None, None)
    return library
