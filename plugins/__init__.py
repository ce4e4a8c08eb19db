"""Speech engines behind LiveKit's STT and TTS base classes; decides nothing about the interview and reads no settings."""
