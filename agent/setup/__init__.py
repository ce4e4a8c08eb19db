"""What `make` runs to get or build the parts that are no Python packages. Nothing here runs while Viva does."""
