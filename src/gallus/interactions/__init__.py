"""What detects: capture on 71Ga, scattering on electrons, inverse beta decay; target materials.

The Fermi function itself is ``gallus.interactions.fermi_function.fermi_function``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gallus.exports import lazy_exports

if TYPE_CHECKING:
    from gallus.interactions.beta_spectrum import NeutrinoSpectrum as NeutrinoSpectrum
    from gallus.interactions.capture_chain import GroundStateChain as GroundStateChain
    from gallus.interactions.capture_chain import correction_effects as correction_effects
    from gallus.interactions.capture_chain import ground_state_chain as ground_state_chain
    from gallus.interactions.electron_scattering import ConstantCouplings as ConstantCouplings
    from gallus.interactions.electron_scattering import ScatteringModel as ScatteringModel
    from gallus.interactions.electron_scattering import (
        component_integrals_cm2 as component_integrals_cm2,
    )
    from gallus.interactions.electron_scattering import (
        components_cm2_per_MeV as components_cm2_per_MeV,
    )
    from gallus.interactions.electron_scattering import line_average_cm2 as line_average_cm2
    from gallus.interactions.electron_scattering import (
        magnetic_integral_cm2 as magnetic_integral_cm2,
    )
    from gallus.interactions.gallium_capture import CaptureCrossSection as CaptureCrossSection
    from gallus.interactions.gallium_capture import Estimate as Estimate
    from gallus.interactions.gallium_capture import cross_section as cross_section
    from gallus.interactions.gallium_capture import cross_section_names as cross_section_names
    from gallus.interactions.gallium_capture import read_cross_section as read_cross_section
    from gallus.interactions.germanium_decay import GermaniumDecay as GermaniumDecay
    from gallus.interactions.ground_state import Corrections as Corrections
    from gallus.interactions.ground_state import error_budget as error_budget
    from gallus.interactions.ground_state import excited_state_cm2 as excited_state_cm2
    from gallus.interactions.ground_state import ground_state_cm2 as ground_state_cm2
    from gallus.interactions.ground_state import source_average_cm2 as source_average_cm2
    from gallus.interactions.ground_state import source_phase_space as source_phase_space
    from gallus.interactions.inverse_beta_decay import InverseBetaDecay as InverseBetaDecay
    from gallus.interactions.radiative_scattering import (
        BahcallKamionkowskiSirlin as BahcallKamionkowskiSirlin,
    )
    from gallus.interactions.radiative_scattering import scattering_model as scattering_model
    from gallus.interactions.radiative_scattering import scattering_models as scattering_models
    from gallus.interactions.scattering_couplings import ANTI_NU_E as ANTI_NU_E
    from gallus.interactions.scattering_couplings import NU_E as NU_E
    from gallus.interactions.scattering_couplings import NU_MU as NU_MU
    from gallus.interactions.scattering_couplings import NU_TAU as NU_TAU
    from gallus.interactions.scattering_couplings import Couplings as Couplings
    from gallus.interactions.scattering_couplings import Neutrino as Neutrino
    from gallus.interactions.scattering_couplings import corrected_couplings as corrected_couplings
    from gallus.interactions.scattering_couplings import tree_couplings as tree_couplings
    from gallus.interactions.scattering_kinematics import largest_recoil_MeV as largest_recoil_MeV
    from gallus.interactions.scattering_kinematics import neutrino_energy_MeV as neutrino_energy_MeV
    from gallus.interactions.scattering_kinematics import (
        recoil_at_cosine_MeV as recoil_at_cosine_MeV,
    )
    from gallus.interactions.scattering_kinematics import recoil_cosine as recoil_cosine
    from gallus.interactions.scattering_kinematics import smallest_energy_MeV as smallest_energy_MeV
    from gallus.interactions.target_material import Material as Material
    from gallus.interactions.target_material import material as material
    from gallus.interactions.target_material import material_names as material_names
    from gallus.interactions.target_material import read_material as read_material

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "capture_chain": ("GroundStateChain", "correction_effects", "ground_state_chain"),
        "gallium_capture": (
            "CaptureCrossSection",
            "Estimate",
            "cross_section",
            "cross_section_names",
            "read_cross_section",
        ),
        "germanium_decay": ("GermaniumDecay",),
        "ground_state": (
            "Corrections",
            "error_budget",
            "excited_state_cm2",
            "ground_state_cm2",
            "source_average_cm2",
            "source_phase_space",
        ),
        "beta_spectrum": ("NeutrinoSpectrum",),
        "electron_scattering": (
            "ConstantCouplings",
            "ScatteringModel",
            "component_integrals_cm2",
            "components_cm2_per_MeV",
            "line_average_cm2",
            "magnetic_integral_cm2",
        ),
        "inverse_beta_decay": ("InverseBetaDecay",),
        "radiative_scattering": (
            "BahcallKamionkowskiSirlin",
            "scattering_model",
            "scattering_models",
        ),
        "scattering_couplings": (
            "ANTI_NU_E",
            "NU_E",
            "NU_MU",
            "NU_TAU",
            "Couplings",
            "Neutrino",
            "corrected_couplings",
            "tree_couplings",
        ),
        "scattering_kinematics": (
            "largest_recoil_MeV",
            "neutrino_energy_MeV",
            "recoil_at_cosine_MeV",
            "recoil_cosine",
            "smallest_energy_MeV",
        ),
        "target_material": (
            "Material",
            "material",
            "material_names",
            "read_material",
        ),
    },
)
