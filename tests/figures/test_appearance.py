"""The style leaves no trace, and files are the same each time."""

from pathlib import Path

import matplotlib
import pytest
from matplotlib.figure import Figure

from gallus.errors import InputError
from gallus.figures import cross_sections_figure, save, style
from gallus.figures.appearance import label_text
from gallus.interactions import cross_section

SIGNATURES = {".png": b"\x89PNG", ".pdf": b"%PDF", ".svg": b"<?xml"}


def small_figure() -> Figure:
    return cross_sections_figure([cross_section("bahcall-1997")])


def test_the_style_ends_with_its_context() -> None:
    before = dict(matplotlib.rcParams)
    with style():
        assert matplotlib.rcParams["savefig.dpi"] == 200
    assert dict(matplotlib.rcParams) == before


def test_the_style_does_not_depend_on_the_users_settings() -> None:
    with matplotlib.rc_context({"font.size": 30, "axes.grid": True}):
        with style():
            assert matplotlib.rcParams["font.size"] == 8
            assert not matplotlib.rcParams["axes.grid"]
        assert matplotlib.rcParams["font.size"] == 30


@pytest.mark.parametrize("suffix", sorted(SIGNATURES))
def test_equal_figures_give_equal_files(tmp_path: Path, suffix: str) -> None:
    first, second = (save(small_figure(), tmp_path / f"{n}{suffix}") for n in "ab")
    assert first.read_bytes().startswith(SIGNATURES[suffix])
    assert first.read_bytes() == second.read_bytes()


def test_png_has_200_dots_per_inch(tmp_path: Path) -> None:
    figure = small_figure()
    header = save(figure, tmp_path / "figure.PNG").read_bytes()[16:24]
    width, height = figure.get_size_inches()
    assert int.from_bytes(header[:4], "big") == int(200 * width)
    assert int.from_bytes(header[4:], "big") == int(200 * height)


@pytest.mark.parametrize("name", ["figure.jpg", "figure", "figure.eps"])
def test_other_formats_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"is no format of figures.*\.png, \.pdf, \.svg"):
        save(small_figure(), tmp_path / name)


def test_a_folder_that_does_not_exist_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        save(small_figure(), tmp_path / "none" / "figure.png")


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("51Cr", "$^{51}$Cr"),
        ("Haxton 2023, (3He,t)", "Haxton 2023, ($^{3}$He,t)"),
        ("SAGE Cr", "SAGE Cr"),
        ("Haxton 1998", "Haxton 1998"),
        ("costs $5 to $6", r"costs \$5 to \$6"),
    ],
)
def test_mass_numbers_are_raised_and_dollars_stay(text: str, label: str) -> None:
    assert label_text(text) == label
