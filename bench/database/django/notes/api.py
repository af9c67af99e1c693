"""The routes. Handlers are not async: its pool of threads asks the database at once what async ones ask in turn."""

from datetime import datetime
from random import randint, sample
from typing import Annotated

import msgspec
from django.template.loader import get_template
from django_bolt import BoltAPI
from django_bolt.exceptions import HTTPException
from django_bolt.responses import HTML

from .models import Fortune, Note, World

WORLDS = 10_000
MOST = 500
ADDED = "Additional fortune added at request time."

api = BoltAPI(enable_logging=False)
page = get_template("fortunes.html")


class NewNote(msgspec.Struct, forbid_unknown_fields=True):
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    body: Annotated[str, msgspec.Meta(max_length=4000)]
    published: bool


class NoteAnswer(msgspec.Struct, rename="camel"):
    id: int
    title: str
    body: str
    published: bool
    created_at: datetime


class WorldAnswer(msgspec.Struct, rename="camel"):
    id: int
    random_number: int


def note_answer(note):
    return NoteAnswer(note.id, note.title, note.body, note.published, note.created_at)


def world_answer(world):
    return WorldAnswer(world.id, world.random_number)


def rows(queries):
    """A whole number from 1 to 500, whatever is asked for."""
    return min(max(int(queries), 1), MOST) if queries.isdecimal() else 1


@api.get("/notes")
def notes():
    return [note_answer(note) for note in Note.objects.order_by("id")[:10]]


@api.get("/notes/{note_id}")
def note(note_id: int):
    found = Note.objects.filter(id=note_id).first()
    if found is None:
        raise HTTPException(404)
    return note_answer(found)


@api.post("/notes", status_code=201)
def add(new: NewNote):
    created = Note.objects.create(title=new.title, body=new.body, published=new.published)
    return note_answer(created)


@api.get("/db")
def world():
    return world_answer(World.objects.get(id=randint(1, WORLDS)))


@api.get("/queries")
def worlds(queries: str = "1"):
    return [world_answer(World.objects.get(id=randint(1, WORLDS))) for _ in range(rows(queries))]


@api.get("/updates")
def updates(queries: str = "1"):
    ids = sorted(sample(range(1, WORLDS + 1), rows(queries)))
    changed = [World.objects.get(id=id) for id in ids]
    for world in changed:
        world.random_number = randint(1, WORLDS)
    World.objects.bulk_update(changed, ["random_number"])
    return [world_answer(world) for world in changed]


@api.get("/fortunes")
def fortunes():
    all_of_them = list(Fortune.objects.all())
    all_of_them.append(Fortune(id=0, message=ADDED))
    all_of_them.sort(key=lambda fortune: fortune.message)
    return HTML(page.render({"fortunes": all_of_them}))
