"""The inbox's door: a signed notice is kept and answered at once; what it means is found later."""

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue

from app.billing import gateway
from app.billing.service.inbox import keep_notice
from app.core import clock, policy
from app.core.database import db
from app.web.csrf import exempt

blueprint = Blueprint("notices", __name__)
BLUEPRINTS = (blueprint,)
LARGEST = 256 * 1024  # Stripe's are a few kB


@blueprint.post("/stripe/notices")
@exempt
@policy.signed
def create() -> ResponseReturnValue:
    """Keep a notice: 200 for a signed one, known or new; 400 for any other."""
    if (request.content_length or 0) > LARGEST:
        return Response(status=413)
    body = request.get_data(cache=False)
    try:
        seen = gateway.read_notice(
            body,
            request.headers.get("Stripe-Signature"),
            current_app.config["KITH"].notice_secrets(),
        )
    except gateway.WrongSignature:
        return Response(status=400)
    keep_notice(seen, now=clock.now())
    db.session.commit()
    return Response(status=200)
