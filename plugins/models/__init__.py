"""Pure inference and the models it needs: what they are, where they come from, how they are built; no LiveKit in here."""
