"""Pure inference, and its models: what they are, where they come from, how they are built. No LiveKit in here."""
