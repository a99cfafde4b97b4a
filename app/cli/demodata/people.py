"""Made-up people: accounts, cards with words and faces, and the time they belonged."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from random import Random
from typing import Any

from sqlalchemy import insert

from app.accounts.hooks import Persona
from app.accounts.models import Person, PersonEmail
from app.accounts.passwords import hash_password
from app.cli.demodata import faces, words
from app.cli.demodata.names import NAMES, PLACES, TELLS, WHOLE, pronouns
from app.cli.demodata.sign_ins import PASSWORD
from app.communities.models import (
    Community,
    Contact,
    ContactSource,
    Facet,
    FacetKind,
    FacetVisibility,
)
from app.communities.service.cards import facet_key
from app.communities.service.contacts import search_keys
from app.core import pictures, storage
from app.core.database import db, new_public_id
from app.core.text import email_key

PORTRAITS = 180
LENT = 0.9  # the zeal of those whom a visitor may be: they always have a face
SHOWN, HIDDEN = FacetVisibility.MEMBERS, FacetVisibility.MATCHING
HIDES = {FacetKind.LIFE: 0.6}  # the share of words kept to suggestions; of other kinds few are
ZONES = {"id": "Asia/Jakarta", "zh_Hans": "Asia/Shanghai"}


@dataclass
class Character:
    """Someone of the story before they are written, and their numbers afterwards."""

    name: str
    language: str
    email: str
    joined_at: datetime
    zeal: float  # how often they come, 0..1
    lasts: timedelta  # how long the zeal holds
    role: str = "member"
    left_at: datetime | None = None
    is_guest: bool = False  # came to a gathering without joining
    facets: list[tuple[FacetKind, str, FacetVisibility]] = field(default_factory=list)
    person_id: int = 0
    contact_id: int = 0
    public_id: str = field(default_factory=new_public_id)
    about: str = ""


def invent(random: Random, number: int) -> list[tuple[str, str]]:
    """Return (name, language) of people, no name twice."""
    found: dict[str, str] = {name: language for language, name in WHOLE}
    while len(found) < number:
        language, given, family = random.choices(NAMES, weights=(9, 4, 4, 3, 3))[0]
        one, other = random.choice(given), random.choice(family)
        found.setdefault(f"{other}{one}" if language == "zh_Hans" else f"{one} {other}", language)
    names = list(found.items())[:number]
    random.shuffle(names)
    return names


def describe(random: Random, character: Character) -> None:
    """Give someone words: what they care about, offer, look for, aim at and speak."""
    interests = random.sample(words.INTERESTS, random.randint(2, 5))
    interests += random.sample(words.OWN_INTERESTS[character.language], random.randint(0, 1))
    offers = random.sample(words.SKILLS, random.randint(0, 2))
    wants = [s for s in random.sample(words.SKILLS, random.randint(0, 2)) if s not in offers]
    if character.zeal == LENT:  # whoever one may be has suggestions of every kind
        offers, wants = offers or ["Bicycle repair"], wants or ["Photography basics"]
    goals = random.sample(words.GOALS, random.randint(0, 1))
    lives = random.sample(words.LIVES, random.choice((0, 1, 1, 2)))
    values = random.sample(words.VALUES, random.choice((0, 1, 2, 3)))
    if character.zeal == LENT:
        lives, values = lives or ["New in town"], values or ["Curiosity", "Kindness"]
    spoken = {words.LANGUAGES["en"]: None, words.LANGUAGES[character.language]: None}
    kinds = {
        FacetKind.INTEREST: interests,
        FacetKind.OFFER: offers,
        FacetKind.WANT: wants,
        FacetKind.GOAL: goals,
        FacetKind.LANGUAGE: list(spoken),
        FacetKind.LIFE: lives,
        FacetKind.VALUE: values,
    }
    character.facets = [
        (kind, word, HIDDEN if random.random() < HIDES.get(kind, 0.05) else SHOWN)
        for kind, found in kinds.items()
        for word in found
    ]
    character.about = random.choice(words.ABOUT[character.language])


def write_persons(characters: list[Character]) -> None:
    """Write an account with a verified address for everybody who joined."""
    members = [one for one in characters if not one.is_guest and not one.person_id]
    ids = db.session.scalars(
        insert(Person).returning(Person.id, sort_by_parameter_order=True),
        [
            {
                "language": one.language,
                "zone": ZONES.get(one.language, "Europe/Berlin"),
                "created_at": one.joined_at - timedelta(minutes=5),
            }
            for one in members
        ],
    ).all()
    for one, person_id in zip(members, ids, strict=True):
        one.person_id = person_id
    db.session.execute(
        insert(PersonEmail),
        [
            {
                "person_id": one.person_id,
                "address": one.email,
                "address_key": email_key(one.email),
                "is_primary": True,
                "verified_at": one.joined_at - timedelta(minutes=4),
            }
            for one in members
        ],
    )


def lend(personas: list[Persona], *, now: datetime) -> dict[str, Person]:
    """Write the accounts that visitors may use, each with the demo's password."""
    kept = hash_password(PASSWORD)
    lent = {}
    for persona in personas:
        zone = ZONES.get(persona.language, "Europe/Berlin")
        person = Person(password_hash=kept, language=persona.language, zone=zone, created_at=now)
        db.session.add(person)
        db.session.flush()
        db.session.add(
            PersonEmail(
                person_id=person.id,
                address=persona.address,
                address_key=email_key(persona.address),
                is_primary=True,
                verified_at=now,
            )
        )
        lent[persona.address] = person
    db.session.flush()
    return lent


def write_cards(random: Random, community: Community, characters: list[Character]) -> None:
    """Write everybody's contact in a community, with face and words."""
    portraits = draw_portraits(random, community, min(PORTRAITS, len(characters)))
    rows = [_card(random, community, one, portraits) for one in characters]
    ids = db.session.scalars(
        insert(Contact).returning(Contact.id, sort_by_parameter_order=True), rows
    ).all()
    for one, contact_id in zip(characters, ids, strict=True):
        one.contact_id = contact_id
    facets = [row for one in characters for row in _facets(community, one)]
    if facets:
        db.session.execute(insert(Facet), facets)


def draw_portraits(random: Random, community: Community, number: int) -> list[str]:
    """Draw faces and return their keys; they pass the same door as a member's picture."""
    return [
        keep_picture(faces.portrait(random), community, square=faces.SIDE) for _ in range(number)
    ]


def keep_picture(content: bytes, community: Community, *, square: int | None = None) -> str:
    """Keep a drawn picture as an uploaded one and return its key."""
    picture = pictures.accept(BytesIO(content), square=square)
    return storage.keep_picture(picture, community_id=community.id).key


def _card(
    random: Random, community: Community, one: Character, portraits: list[str]
) -> dict[str, Any]:
    is_lent = bool(one.person_id) and one.zeal == LENT
    place = "Berlin" if is_lent else random.choice(PLACES)
    has_face = is_lent or (random.random() < 0.62 and not one.is_guest)
    shown = [word for _, word, visibility in one.facets if visibility is SHOWN]
    hides_place, hides_words = (not is_lent and random.random() < share for share in (0.08, 0.05))
    tells = not one.is_guest and not is_lent and random.choice(TELLS)
    return {
        "community_id": community.id,
        "public_id": one.public_id,
        "person_id": one.person_id or None,
        "name": one.name,
        "email": one.email,
        "email_key": email_key(one.email),
        "pronouns": pronouns(one.name, one.language) if tells else "",
        "place": "" if one.is_guest else place,
        "place_visibility": HIDDEN if hides_place else SHOWN,
        "about": one.about,
        "about_visibility": FacetVisibility.OFF if hides_words else SHOWN,
        "picture_key": portraits.pop() if has_face and portraits else None,
        "language": one.language,
        "is_listed": one.role != "member" or random.random() > 0.03,
        "is_team": one.role in {"owner", "organizer"},
        "source": ContactSource.GUEST if one.is_guest else ContactSource.JOINING,
        "created_at": one.joined_at,
        "claimed_at": None if one.is_guest else one.joined_at,
        **search_keys(
            name=one.name,
            place="" if hides_place else place,
            email=one.email,
            facets=shown,
            tags=(),
        ),
    }


def _facets(community: Community, one: Character) -> list[dict[str, Any]]:
    """Return the rows of a card's words; a few are for matching only."""
    return [
        {
            "community_id": community.id,
            "contact_id": one.contact_id,
            "kind": kind,
            "value": word,
            "value_key": facet_key(word),
            "visibility": visibility,
            "position": place,
        }
        for place, (kind, word, visibility) in enumerate(one.facets)
    ]
