"""``gallus significance``: how significant is the anomaly, for any cross section and recipe."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated

import typer

from gallus.cli.options import CiteOption, HalfLifeOption, JsonOption

if TYPE_CHECKING:
    from rich.table import Table

    from gallus.inference.p_value import MonteCarlo
    from gallus.significance import Significance

TOYS = 16384
SEED = 51
LARGEST_SEED = 2**64 - 1


def significance(
    cross_section: Annotated[
        list[str] | None,
        typer.Option(
            "--cross-section",
            metavar="NAME|FILE",
            help="Cross section of the expectation: a name, or a TOML file of your own. May be "
            "repeated; all named ones if not given.",
        ),
    ] = None,
    data: Annotated[
        str,
        typer.Option(
            "--data",
            metavar="NAME,...|FILE",
            help="gallium, best, gallex, sage, calibration, single experiments with commas "
            "between them, or a TOML file.",
        ),
    ] = "gallium",
    method: Annotated[
        str,
        typer.Option(
            "--method",
            metavar="NAME",
            help="covariance, bounded-pull, lower-error, collaboration or uncorrelated.",
        ),
    ] = "covariance",
    half_life: HalfLifeOption = None,
    toys: Annotated[
        int,
        typer.Option(
            "--toys", metavar="N", min=0, help="Simulated experiments for each p-value; 0 for none."
        ),
    ] = TOYS,
    seed: Annotated[
        int,
        typer.Option(
            "--seed", metavar="N", min=0, max=LARGEST_SEED, help="Seed of the simulation."
        ),
    ] = SEED,
    figure: Annotated[
        str | None,
        typer.Option("--figure", metavar="FILE", help="Draw the ratios: .png, .pdf or .svg."),
    ] = None,
    json: JsonOption = None,
    cite: CiteOption = None,
) -> None:
    """Print ratios, averages and the significance of the anomaly for each cross section."""
    from gallus.cli.choices import check_figure, measurements, models
    from gallus.cli.output import Output
    from gallus.significance import significance_table

    check_figure(figure)
    output = Output(json, cite, (figure,))
    results = significance_table(
        models(cross_section, half_life), measurements(data), method, toys=toys, seed=seed
    )
    citations = tuple(dict.fromkeys(key for result in results for key in result.citations))
    output.write(
        {
            "models": [result.as_dict() for result in results],
            "method": method,
            "data": data,
            "half_life_71Ge_d": half_life,
            "toys": toys,
            "seed": seed,
            "citations": citations,
        },
        citations,
    )
    if figure is not None:
        from gallus.figures import ratios_figure, save

        save(ratios_figure(results), figure)
    output.show(*_tables(results, data, toys, seed))


def _tables(results: tuple[Significance, ...], data: str, toys: int, seed: int) -> list[object]:
    from gallus.cli.tables import caption
    from gallus.recipes.catalogue import recipe

    method = recipe(results[0].method)
    how = (method.__doc__ or "").split("\n\n")[0]
    simulated = f"{toys} toys, seed {seed}" if toys else "none"
    count = len(results[0].titles)
    return [
        _ratios(results, data),
        caption("Measured over expected captures of neutrinos with experimental errors."),
        _averages(results, toys),
        caption(
            f"Data {data} ({count} {'ratio' if count == 1 else 'ratios'}). "
            f"Method {method.name}: {how} Simulation: {simulated}.",
            "σ: significance as the authors of the method quote it. χ² and p: all ratios 1; in "
            "brackets its two-sided Gaussian equivalent. Simulated values count toys at least as "
            "extreme as the data.",
        ),
    ]


def _ratios(results: tuple[Significance, ...], data: str) -> Table:
    from gallus.cli.tables import table

    return table(
        f"Gallium source experiments: {data}",
        ["cross section", *results[0].titles],
        [
            [
                result.cross_section.title,
                *(
                    f"{value:.3f} ± {error:.3f}"
                    for value, error in zip(result.ratios.values, result.ratios.errors, strict=True)
                ),
            ]
            for result in results
        ],
    )


def _averages(results: tuple[Significance, ...], toys: int) -> Table:
    from gallus.cli.tables import plus_minus, table

    columns = ["cross section", "average", "σ", "χ²/dof", "p (σ)"]
    rows = [
        [
            result.cross_section.title,
            plus_minus(*result.average, 3),
            f"{result.significance_sigma:.2f}",
            f"{result.chi2_null:.1f}/{result.dof}",
            f"{result.p_value:.1e} ({result.p_value_sigma:.2f})",
        ]
        for result in results
    ]
    if toys:
        columns[3:3] = ["simulated σ"]
        columns.append("simulated p (σ)")
        for row, result in zip(rows, results, strict=True):
            row[3:3] = [_simulated_sigma(result.monte_carlo_significance)]
            row.append(_simulated_p(result.monte_carlo))
    return table("Significance of the anomaly", columns, rows)


def _simulated_p(simulation: MonteCarlo | None) -> str:
    from gallus.recipes.base import two_sided_sigma

    if simulation is None or simulation.p_value <= 0:
        return "no toy so extreme"
    relative = simulation.error / simulation.p_value
    sigma = two_sided_sigma(simulation.p_value)
    return f"{simulation.p_value:.1e} ± {100 * relative:.0f} % ({sigma:.2f})"


def _simulated_sigma(simulation: MonteCarlo | None) -> str:
    """Two-sided sigma with the error that follows from that of the p-value, dp = 2 phi dsigma."""
    from gallus.recipes.base import two_sided_sigma

    if simulation is None or simulation.p_value <= 0:
        return "no toy so extreme"
    sigma = two_sided_sigma(simulation.p_value)
    density = math.exp(-(sigma**2) / 2) / math.sqrt(2 * math.pi)
    return f"{sigma:.2f} ± {simulation.error / (2 * density):.2f}"
