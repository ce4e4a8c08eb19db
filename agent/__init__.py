"""The composition root: settings, processes, rooms and people. Engines live in `plugins`, data in `knowledge`."""
