"""All oscillation models by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from gallus.errors import unknown_name
from gallus.oscillation.active import NoOscillation, ThreeFlavour
from gallus.oscillation.base import OscillationModel
from gallus.oscillation.broad import Broad
from gallus.oscillation.decay import Decay
from gallus.oscillation.decoherence import Decoherence
from gallus.oscillation.deficit import Deficit
from gallus.oscillation.peaked_decoherence import PeakedDecoherence
from gallus.oscillation.sterile import ManySterile, Sterile
from gallus.oscillation.user import UserModel, is_user_model, load_user_model
from gallus.oscillation.wave_packet import WavePacket

MODELS: tuple[OscillationModel, ...] = (
    NoOscillation(),
    ThreeFlavour(),
    Deficit(),
    Sterile(),
    ManySterile(2),
    Decoherence(),
    Decoherence("A"),
    Decoherence("B"),
    Decoherence("free"),
    PeakedDecoherence(),
    WavePacket(),
    WavePacket(states="active"),
    Decay(),
    Broad(),
)
"""Every model that ships with Gallus; the user's come from files."""


def model_names() -> tuple[str, ...]:
    """Slugs of all models."""
    return tuple(model.name for model in MODELS)


def model(name: str) -> OscillationModel:
    """Return the model of that name, or the user's function ``PATH.py:function``.

    Raises
    ------
    InputError
        If there is none, or the user's file is wrong.
    """
    if is_user_model(name):
        return load_user_model(name)
    found = {each.name: each for each in MODELS}
    if name not in found:
        raise unknown_name("model", name, [*found, "PATH.py:function"])
    return found[name]


def choices(model: OscillationModel) -> dict[str, Any]:
    """Fields of a model (words, whole numbers, true or false) with their values; a user's has none.

    They are no parameters: what a fit varies is in ``model.parameters``.
    """
    known: Any = model
    if isinstance(known, UserModel):
        return {}
    return {each.name: getattr(known, each.name) for each in fields(known)}


def with_choices(model: OscillationModel, chosen: Mapping[str, Any]) -> OscillationModel:
    """Return the model with other values of some :func:`choices`."""
    known: Any = model
    changed: OscillationModel = replace(known, **chosen)
    return changed
