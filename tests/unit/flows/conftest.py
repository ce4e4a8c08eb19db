"""Property tests without a time limit per example: a busy machine is no defect of the machine under test."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None, max_examples=200)
settings.load_profile("untimed")
