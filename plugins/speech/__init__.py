"""The speech process that holds the models for every room of a machine, its client, and the pure segmenter between them."""
