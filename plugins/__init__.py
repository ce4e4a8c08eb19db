"""Speech engines behind LiveKit's STT and TTS base classes; no interview logic, no settings."""
