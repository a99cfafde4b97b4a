"""The shapes of an import of records: the file, and how it is run."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField


class RecordsForm(FlaskForm):
    """A file of records."""

    file = FileField(
        _l("A file"),
        description=_l("JSON Lines, or CSV whose first line names the columns; at most 10 MB."),
        render_kw={"accept": ".jsonl,.ndjson,.json,.csv,.tsv,.txt"},
    )


class StartRecordsForm(FlaskForm):
    """How the import is run."""

    with_text = BooleanField(
        _l("Bring what people wrote, too"),
        description=_l("If not ticked, only who did what, where and when is kept, no words."),
    )
