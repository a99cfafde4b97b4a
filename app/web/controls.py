"""What a form control says about itself to browsers and to those who listen to pages."""

from typing import Any

from wtforms.fields import Field
from wtforms.validators import Length

# What browsers can fill in and which keyboard a phone should show, by the field's name.
_KNOWN: dict[str, dict[str, str]] = {
    "email": {"autocomplete": "email", "inputmode": "email"},
    "name": {"autocomplete": "name"},
    "shown_name": {"autocomplete": "name"},
    "password": {"autocomplete": "current-password"},
    "new_password": {"autocomplete": "new-password"},
    "code": {"autocomplete": "one-time-code", "inputmode": "numeric"},
    "city": {"autocomplete": "address-level2"},
}
_BY_TYPE: dict[str, dict[str, str]] = {
    "EmailField": {"autocomplete": "email", "inputmode": "email", "spellcheck": "false"},
    "IntegerField": {"inputmode": "numeric"},
    "DecimalField": {"inputmode": "decimal"},
    "URLField": {"inputmode": "url", "spellcheck": "false"},
    "SearchField": {"inputmode": "search"},
    "PasswordField": {"autocomplete": "current-password"},
}


def control_kind(control: Field) -> str:
    """Tell which shape a field takes: hidden, checkbox, choices or plain."""
    shape = getattr(control.widget, "input_type", None)
    if shape == "hidden":
        return "hidden"
    if control.type == "BooleanField":
        return "checkbox"
    is_list = type(control.widget).__name__ in {"ListWidget", "TableWidget"}
    return "choices" if is_list else "plain"


def control_attributes(control: Field, hint: object, extra: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes of a control: its description, its state, what may fill it in."""
    kind = control.type.removesuffix("Field").lower()
    attributes: dict[str, Any] = {"class": f"field__control field__control--{kind}"}
    attributes |= _BY_TYPE.get(control.type, {}) | _KNOWN.get(control.short_name, {})
    attributes |= _longest(control)
    if described := described_by(control, hint):
        attributes["aria-describedby"] = described
    if control.errors:
        attributes["aria-invalid"] = "true"
    return attributes | dict(control.render_kw or {}) | extra


def described_by(control: Field, hint: object) -> str:
    """Return the ids of the hint and the error beside a control."""
    parts = [f"{control.id}-hint"] if hint else []
    if control.errors:
        parts.append(f"{control.id}-error")
    return " ".join(parts)


def _longest(control: Field) -> dict[str, int]:
    rules: list[object] = list(control.validators)
    limits = [rule.max for rule in rules if isinstance(rule, Length) and rule.max > 0]
    return {"maxlength": min(limits)} if limits else {}
