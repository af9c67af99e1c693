"""The tables as Django sees them."""

from django.db import models
from django.db.models.functions import Now


class Note(models.Model):
    title = models.TextField()
    body = models.TextField()
    published = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "notes"
        managed = False


class World(models.Model):
    id = models.IntegerField(primary_key=True)
    random_number = models.IntegerField()

    class Meta:
        db_table = "world"
        managed = False


class Fortune(models.Model):
    id = models.IntegerField(primary_key=True)
    message = models.TextField()

    class Meta:
        db_table = "fortune"
        managed = False
