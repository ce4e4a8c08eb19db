"""The web door: candidate page, token endpoint, console, health and metrics. No engine and no conversation here."""
