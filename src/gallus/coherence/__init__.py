"""Coherence of neutrinos from the quantum field theory of production, propagation and detection.

Begin with :func:`coherence` of a registered :func:`setup` or of one's own, :func:`read_setup`. The
parts: widths of vertices from packets (``widths``), damping factors (``damping``), the same by
numerical integration (``amplitude``), packets from physics (``localisation``, ``stopping_power``,
``kinematics``), and descriptions in files (``description``, ``readings``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gallus.exports import lazy_exports

if TYPE_CHECKING:
    from gallus.coherence.amplitude import numerical_damping as numerical_damping
    from gallus.coherence.damping import Widths as Widths
    from gallus.coherence.description import CoherenceSetup as CoherenceSetup
    from gallus.coherence.description import read_setup as read_setup
    from gallus.coherence.description import setup as setup
    from gallus.coherence.description import setup_names as setup_names
    from gallus.coherence.description import with_points as with_points
    from gallus.coherence.readings import Reading as Reading
    from gallus.coherence.results import CoherenceResult as CoherenceResult
    from gallus.coherence.results import coherence as coherence
    from gallus.coherence.widths import Packet as Packet
    from gallus.coherence.widths import Vertex as Vertex
    from gallus.coherence.widths import process_widths as process_widths

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "amplitude": ("numerical_damping",),
        "damping": ("Widths",),
        "description": ("CoherenceSetup", "read_setup", "setup", "setup_names", "with_points"),
        "readings": ("Reading",),
        "results": ("CoherenceResult", "coherence"),
        "widths": ("Packet", "Vertex", "process_widths"),
    },
)
