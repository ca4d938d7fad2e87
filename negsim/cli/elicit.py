"""The command about expert judgements."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from negsim.cli.options import Json, as_share, scenarios
from negsim.cli.output import builtin_notice, count, emit
from negsim.errors import NegsimError
from negsim.files import TextPage, TextStyle

File = Annotated[
    Path | None,
    typer.Argument(metavar="FILE", help="Scenario with elicitations.", autocompletion=scenarios),
]


def _value(name: str, what: str) -> Any:
    return typer.Option(f"--{name}", metavar="VALUE", help=what)


def elicit(
    file: File = None,
    low: Annotated[list[str] | None, _value("low", "Lowest plausible value.")] = None,
    mode: Annotated[list[str] | None, _value("mode", "Most plausible value.")] = None,
    high: Annotated[list[str] | None, _value("high", "Highest plausible value.")] = None,
    confidence: Annotated[
        list[str] | None,
        typer.Option(
            "--confidence", metavar="X", help="Probability that the value lies between low and high.  [default: 0.9]"
        ),
    ] = None,
    quantile: Annotated[
        list[str] | None,
        typer.Option("--quantile", metavar="P=VALUE", help='Quantile, such as 0.5="90 days"; give two or more.'),
    ] = None,
    share: Annotated[bool, typer.Option("--share", help="The number is a share from 0 to 1.")] = False,
    as_json: Json = False,
) -> None:
    """Show the distributions that expert judgements imply.

    With a scenario: for every elicitation in it. Without one: for the judgements in the options, with the lines to
    paste into a file. For several experts, repeat --low, --mode and --high in the same order. Their judgements are
    pooled. Quantiles count as one more expert.
    """
    given = any((low, mode, high, confidence, quantile, share))
    if given == (file is not None):
        raise NegsimError("give a scenario, or --low, --mode and --high, or --quantile at least twice")
    if file is not None:
        _of_file(file, as_json)
    else:
        _of_options(low or [], mode or [], high or [], confidence or [], quantile or [], share, as_json)


def _of_file(file: Path, as_json: bool) -> None:
    from negsim.cli.feedback_table import feedback_text
    from negsim.experiments import elicit as shown_all

    found = shown_all(file)
    unused = list(found.unused)

    def data() -> dict[str, Any]:
        shown = [one.data() for one in found]
        return {"scenario": str(file), "elicitations": shown, "unused": unused, "snippet": None}

    def text(style: TextStyle) -> str:
        page = TextPage(style)
        for path in unused:
            page.add(f"{path} is overridden or not in play, so nothing is drawn from it.")
        if not found and not unused:
            page.add(f"{file} and the files it extends contain no elicitation.")
        return "".join(f"{feedback_text(one, style)}\n" for one in found) + page.text

    emit(as_json, data, text, builtin_notice(file))
    if not as_json and (found or unused):
        typer.echo(count(len(found), "elicitation"), err=True)


def _of_options(
    low: list[str],
    mode: list[str],
    high: list[str],
    confidence: list[str],
    quantile: list[str],
    share: bool,
    as_json: bool,
) -> None:
    from negsim.cli.feedback_table import feedback_text, snippet
    from negsim.experiments import elicit as shown_all

    one = shown_all(_stated(low, mode, high, confidence, quantile), share=share)[0]
    lines = snippet(one.stated)
    emit(
        as_json,
        lambda: {"scenario": None, "elicitations": [one.data()], "unused": [], "snippet": lines},
        lambda style: f"{feedback_text(one, style)}\n{lines}",
    )


def _stated(low: list[str], mode: list[str], high: list[str], confidence: list[str], quantile: list[str]) -> Any:
    """The judgements in the options, in the form of a file."""
    from negsim.files import plain_value

    if not len(low) == len(mode) == len(high):
        raise NegsimError("--low, --mode and --high go together, once for each expert")
    if len(confidence) not in (0, 1, len(low)) or (confidence and not low):
        raise NegsimError("--confidence is given once, or as often as --low")
    experts: list[dict[str, Any]] = []
    for number, points in enumerate(zip(low, mode, high, strict=True)):
        expert: dict[str, Any] = {
            name: plain_value(text) for name, text in zip(("low", "mode", "high"), points, strict=True)
        }
        if confidence:
            said = confidence[number if len(confidence) > 1 else 0]
            expert["confidence"] = as_share("--confidence", said)
        experts.append(expert)
    if quantile:
        pairs = [text.partition("=")[::2] for text in quantile]
        if wrong := [text for text in quantile if "=" not in text]:
            raise NegsimError(f'--quantile is written 0.5="90 days", but was {wrong[0]!r}')
        if len({p.strip() for p, _ in pairs}) < len(pairs):
            raise NegsimError("--quantile gives the same probability twice")
        experts.append({"quantiles": {p.strip(): plain_value(text.strip()) for p, text in pairs}})
    if not experts:
        raise NegsimError("give --low, --mode and --high, or --quantile at least twice")
    return experts if len(experts) > 1 else experts[0]
