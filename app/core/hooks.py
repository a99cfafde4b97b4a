"""Upward needs: a lower package names a moment, a higher one registers what to do then."""

from collections.abc import Callable
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
Answer = TypeVar("Answer")


class Hook(Generic[P, Answer]):
    """A named moment. Every registered callback runs, in the order of registration."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._callbacks: list[Callable[P, Answer]] = []

    def register(self, callback: Callable[P, Answer]) -> Callable[P, Answer]:
        """Add a callback; registering the same one again changes nothing."""
        if callback not in self._callbacks:
            self._callbacks.append(callback)
        return callback

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> list[Answer]:
        """Run all callbacks in this transaction and return their answers."""
        return [callback(*args, **kwargs) for callback in self._callbacks]


class Question(Generic[P, Answer]):
    """A question that exactly one higher feature answers; no answer is an error."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._answer: Callable[P, Answer] | None = None

    def register(self, answer: Callable[P, Answer]) -> Callable[P, Answer]:
        """Name the one that answers; raises RuntimeError for a second one."""
        if self._answer not in {None, answer}:
            text = f"{self.name} is answered already"
            raise RuntimeError(text)
        self._answer = answer
        return answer

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Answer:
        """Ask; raises RuntimeError when nobody registered an answer."""
        if self._answer is None:
            text = f"nobody answers {self.name}"
            raise RuntimeError(text)
        return self._answer(*args, **kwargs)
