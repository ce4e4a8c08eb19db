"""The LiveKit session of an interview: which engines, which options, and why each differs from LiveKit's default."""

from __future__ import annotations

from livekit.agents import AgentSession, APIConnectOptions
from livekit.agents.voice.agent_session import SessionConnectOptions
from livekit.agents.voice.room_io import AudioInputOptions, RoomOptions, TextInputOptions, TextOutputOptions

from agent.interviewer import Interviewer
from plugins.voice_tts import VoiceTTS


def make_session(tts: VoiceTTS) -> AgentSession[None]:
    """A session that speaks, and hears through its agent; turns, interruptions and replies are Viva's own."""
    return AgentSession(
        tts=tts,
        # The recogniser runs its own voice activity detection; a second one would only cost.
        vad=None,
        turn_handling={
            # The framework would commit turns, drop some of them and mute the recogniser at times.
            "turn_detection": "manual",
            "interruption": {"enabled": True, "discard_audio_if_uninterruptible": False},
            "preemptive_generation": {"enabled": False},
        },
        tts_text_transforms=None,
        # The default silences the recogniser during the agent's first three seconds of speech.
        aec_warmup_duration=None,
        user_away_timeout=None,
        conn_options=SessionConnectOptions(
            stt_conn_options=APIConnectOptions(max_retry=1000, retry_interval=0.5, timeout=10.0),
            tts_conn_options=APIConnectOptions(max_retry=1, retry_interval=0.1, timeout=10.0),
            # The interview outlives its engines: they come back or a rung below takes over.
            max_unrecoverable_errors=1_000_000,
        ),
    )


def room_options(candidate: str, interviewer: Interviewer) -> RoomOptions:
    """Options of the room for the candidate with this identity; everybody else is not heard."""
    return RoomOptions(
        participant_identity=candidate,
        audio_input=AudioInputOptions(
            sample_rate=16_000,
            frame_size_ms=20,
            # Words said on the welcome screen are not part of the interview.
            pre_connect_audio=False,
            auto_gain_control=False,
        ),
        text_input=TextInputOptions(text_input_cb=interviewer.read_typed),
        text_output=TextOutputOptions(sync_transcription=True),
        # A reload or a lost connection is not the end; the return grace decides.
        close_on_disconnect=False,
        delete_room_on_close=False,
    )
