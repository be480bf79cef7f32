"""Names, values and choices of models, as users write them."""

from __future__ import annotations

import pytest

from gallus.cli.model_choices import chosen_model, held_values
from gallus.errors import InputError
from gallus.oscillation import Decoherence


@pytest.mark.parametrize(("text", "value"), [("true", True), ("false", False)])
def test_a_switch_is_true_or_false(text: str, value: bool) -> None:
    model, _ = chosen_model("decoherence", {"separate_antineutrinos": text})
    assert model == Decoherence(separate_antineutrinos=value)
    assert isinstance(model, Decoherence)
    assert model.separate_antineutrinos is value


@pytest.mark.parametrize("text", ["1", "True", "yes", "2", None])
def test_a_switch_is_nothing_else(text: str | None) -> None:
    with pytest.raises(InputError, match=r"separate_antineutrinos.*\(allowed: true, false\)"):
        chosen_model("decoherence", {"separate_antineutrinos": text})


@pytest.mark.parametrize(("text", "allowed"), [("A", "--set case=A"), (None, "--set case=VALUE")])
def test_a_choice_cannot_be_held(text: str | None, allowed: str) -> None:
    with pytest.raises(InputError, match=f"is a choice, not a parameter.*{allowed}"):
        held_values(Decoherence(), {}, {"case": text})
