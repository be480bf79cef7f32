"""What neutrinos do on their way: transition probabilities, whatever the experiment.

:class:`NoOscillation`, :class:`ThreeFlavour` (vacuum, NuFIT 6.0), :class:`Sterile` (3+1),
:class:`ManySterile` (3+N), :class:`WavePacket`, :class:`Decay` and :class:`Broad` (what may become
of nu_4), :class:`Decoherence` and :class:`PeakedDecoherence` (of the active states),
:class:`Deficit` (the same loss everywhere), and functions of the user's (:func:`declare`,
:func:`load_user_model`). `MODELS` lists them, `model` finds one by name. :class:`OpenSystem` solves
any Lindblad equation, :class:`LindbladModel` makes a model of it.
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
    from gallus.oscillation.broad import Broad as Broad
    from gallus.oscillation.catalogue import MODELS as MODELS
    from gallus.oscillation.catalogue import model as model
    from gallus.oscillation.catalogue import model_names as model_names
    from gallus.oscillation.decay import Decay as Decay
    from gallus.oscillation.decoherence import Decoherence as Decoherence
    from gallus.oscillation.decoherence import gallium_survival as gallium_survival
    from gallus.oscillation.decoherence_cases import angle_from_rates_deg as angle_from_rates_deg
    from gallus.oscillation.deficit import Deficit as Deficit
    from gallus.oscillation.dissipator import Dissipator as Dissipator
    from gallus.oscillation.dissipator import NoEffectWarning as NoEffectWarning
    from gallus.oscillation.dissipator import power_law as power_law
    from gallus.oscillation.lindblad import OpenSystem as OpenSystem
    from gallus.oscillation.lindblad_model import LindbladModel as LindbladModel
    from gallus.oscillation.peaked_decoherence import PeakedDecoherence as PeakedDecoherence
    from gallus.oscillation.sterile import ManySterile as ManySterile
    from gallus.oscillation.sterile import Sterile as Sterile
    from gallus.oscillation.user import UserModel as UserModel
    from gallus.oscillation.user import declare as declare
    from gallus.oscillation.user import load_user_model as load_user_model
    from gallus.oscillation.wave_packet import WavePacket as WavePacket
    from gallus.oscillation.widths import coherence_length_m as coherence_length_m
    from gallus.oscillation.widths import conjugate_width_MeV as conjugate_width_MeV
    from gallus.oscillation.widths import conjugate_width_nm as conjugate_width_nm

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "active": ("NoOscillation", "ThreeFlavour"),
        "base": ("Channel", "DampedCosineModel", "DampedCosines", "OscillationModel"),
        "broad": ("Broad",),
        "catalogue": ("MODELS", "model", "model_names"),
        "decay": ("Decay",),
        "decoherence": ("Decoherence", "gallium_survival"),
        "decoherence_cases": ("angle_from_rates_deg",),
        "deficit": ("Deficit",),
        "dissipator": ("Dissipator", "NoEffectWarning", "power_law"),
        "lindblad": ("OpenSystem",),
        "lindblad_model": ("LindbladModel",),
        "peaked_decoherence": ("PeakedDecoherence",),
        "sterile": ("ManySterile", "Sterile"),
        "user": ("UserModel", "declare", "load_user_model"),
        "wave_packet": ("WavePacket",),
        "widths": ("coherence_length_m", "conjugate_width_MeV", "conjugate_width_nm"),
    },
)
