"""Errors of the model layer.

ModelError
├── ModelMissing        the model is not on this machine; `viva models pull` gets it
├── ModelDamaged        a file does not have the digest it was built with
├── UnknownModel        no such name in the manifest
└── PullFailed          the package could not be fetched or is not the pinned one
"""


class ModelError(Exception):
    """Base of everything the model layer raises on purpose."""


class ModelMissing(ModelError):
    """The model is not on this machine."""

    def __init__(self, name: str) -> None:
        super().__init__(f"model {name!r} is not on this machine; run `viva models pull`")
        self.name = name


class ModelDamaged(ModelError):
    """A built model's file is not what the builder wrote."""

    def __init__(self, name: str, file: str) -> None:
        super().__init__(f"model {name!r} is damaged ({file} has changed); run `viva models pull` to build it again")
        self.name = name
        self.file = file


class UnknownModel(ModelError):
    """The manifest has no such model."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(f"no model is called {name!r}; known: {', '.join(known)}")
        self.name = name


class PullFailed(ModelError):
    """A package could not be fetched, or its content is not the pinned one."""
