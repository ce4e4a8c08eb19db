"""The speech process that holds the models for every room, its client, and the pure segmenter in front of it."""
