"""Bringing what others hold: looked at first, written in batches, taken back as a whole."""

from app.communities.service.imports import records
from app.communities.service.imports.activities import ActivitiesWork
from app.communities.service.imports.engine import (
    REJECTS_KEPT,
    ImportMoved,
    NothingToBring,
    ask_to_undo,
    content,
    drop,
    undo_batch,
    write_batch,
)
from app.communities.service.imports.forgetting import forget_lines, tidy
from app.communities.service.imports.members import (
    Look,
    MembersWork,
    NobodyNew,
    Options,
    begin,
    look_at,
    read_anew,
    start,
)

__all__ = [
    "REJECTS_KEPT",
    "ActivitiesWork",
    "ImportMoved",
    "Look",
    "MembersWork",
    "NobodyNew",
    "NothingToBring",
    "Options",
    "ask_to_undo",
    "begin",
    "content",
    "drop",
    "forget_lines",
    "look_at",
    "read_anew",
    "records",
    "start",
    "tidy",
    "undo_batch",
    "write_batch",
]
