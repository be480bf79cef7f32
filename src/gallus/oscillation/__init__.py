"""What neutrinos do on their way: transition probabilities, whatever the experiment.

:class:`NoOscillation`, :class:`ThreeFlavour` (vacuum, NuFIT 6.0), :class:`Sterile` (3+1),
:class:`ManySterile` (3+N), :class:`Deficit` (the same loss everywhere), and functions of the user's
(:func:`declare`, :func:`load_user_model`). `MODELS` lists them, `model` finds one by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gallus.exports import lazy_exports

if TYPE_CHECKING:
    from gallus.oscillation.active import NoOscillation as NoOscillation
    from gallus.oscillation.active import ThreeFlavour as ThreeFlavour
    from gallus.oscillation.base import Channel as Channel
    from gallus.oscillation.base import DampedCosineModel as DampedCosineModel
    from gallus.oscillation.base import DampedCosines as DampedCosines
    from gallus.oscillation.base import OscillationModel as OscillationModel
    from gallus.oscillation.catalogue import MODELS as MODELS
    from gallus.oscillation.catalogue import model as model
    from gallus.oscillation.catalogue import model_names as model_names
    from gallus.oscillation.deficit import Deficit as Deficit
    from gallus.oscillation.sterile import ManySterile as ManySterile
    from gallus.oscillation.sterile import Sterile as Sterile
    from gallus.oscillation.user import UserModel as UserModel
    from gallus.oscillation.user import declare as declare
    from gallus.oscillation.user import load_user_model as load_user_model

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "active": ("NoOscillation", "ThreeFlavour"),
        "base": ("Channel", "DampedCosineModel", "DampedCosines", "OscillationModel"),
        "catalogue": ("MODELS", "model", "model_names"),
        "deficit": ("Deficit",),
        "sterile": ("ManySterile", "Sterile"),
        "user": ("UserModel", "declare", "load_user_model"),
    },
)
