"""A projection as a forecast hub: the folder layout and the model output of the Hubverse, schema version 6."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from negsim.exchange.distribution import days_of_points
from negsim.files import to_yaml

if TYPE_CHECKING:
    from datetime import date

    import pyarrow as pa

    from negsim.projection import Projection

SCHEMAS = "https://raw.githubusercontent.com/hubverse-org/schemas/main/v6.0.0"
#: The category of a month that is not within the horizon.
BEYOND = "beyond"
#: The most runs that are written as samples.
SAMPLES = 1_000
#: Task ids: the month of resolution, and the day of resolution counted from the as-of date.
MONTH, DAY = "resolution month", "resolution day"
_TEAM = "negsim"
_NAME = 16


def hub_files(projection: Projection, name: str) -> dict[str, bytes]:
    """The files of a hub with this projection as its only submission, by their path in the folder.

    Tasks are ``origin_date``, ``target`` and ``issue``. The target ``resolution month`` has a probability for each
    month and one for "beyond" the horizon (``pmf``). The target ``resolution day`` counts days from the origin date:
    its distribution at up to 201 days (``cdf``; P(day <= k)), and the runs themselves (``sample``), at most 1,000.
    Samples with the same number are the same run, so they are joint over issues. A sample equal to the number of days
    of the horizon means "not within the horizon".

    Args:
        projection: the projection.
        name: name of the model; letters, digits and ``_`` of it are used, at most 16.

    Raises:
        NegsimError: the outcomes of the runs were not stored.

    >>> import negsim as ns
    >>> sorted(hub_files(ns.run("baseline", runs=20), "baseline"))
    ['hub-config/admin.json', ..., 'model-output/negsim-baseline/2025-04-10-negsim-baseline.parquet']
    """
    model = f"{_TEAM}-{re.sub('[^A-Za-z0-9_]+', '_', name)[:_NAME].strip('_') or 'scenario'}"
    origin = projection.context.as_of
    return {
        "hub-config/admin.json": _json(_admin(projection)),
        "hub-config/tasks.json": _json(_tasks(projection)),
        f"model-metadata/{model}.yml": to_yaml(_metadata(projection, model)).encode(),
        f"model-output/{model}/{origin}-{model}.parquet": _parquet(model_output(projection)),
    }


def _months(first: date, last: date) -> list[str]:
    """The months from one date to another.

    >>> from datetime import date
    >>> _months(date(2025, 11, 30), date(2026, 1, 1))
    ['2025-11', '2025-12', '2026-01']
    """
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [f"{number // 12}-{number % 12 + 1:02d}" for number in numbers]


def _days(horizon: int) -> list[int]:
    return sorted({int(day) for day in days_of_points(horizon) if day < horizon})


def model_output(projection: Projection) -> pa.Table:
    """The rows of the model output: task ids, ``output_type``, ``output_type_id`` and ``value``."""
    import pyarrow as pa

    context, runs = projection.context, min(projection.runs, SAMPLES)
    horizon = context.horizon_days
    months, days = [*_months(context.as_of, context.last_day), BEYOND], _days(horizon)
    month_of = [months.index(f"{context.as_of + timedelta(days=day):%Y-%m}") for day in range(horizon)] + [-1]
    times = projection.outcomes["resolved"][:runs]
    columns: dict[str, list[Any]] = {key: [] for key in ("target", "issue", "output_type", "output_type_id", "value")}

    def add(target: str, issue: str, kind: str, ids: list[str], values: Any) -> None:
        for key, value in (("target", target), ("issue", issue), ("output_type", kind)):
            columns[key] += [value] * len(ids)
        columns["output_type_id"] += ids
        columns["value"] += [float(value) for value in values]

    for j, facts in enumerate(context.issues):
        counts = projection.tally.resolved[j]
        mass = np.zeros(len(months))
        np.add.at(mass, month_of, counts / counts.sum())
        add(MONTH, facts.id, "pmf", months, mass)
        by = np.cumsum(counts[:-1])[days] / counts.sum()
        add(DAY, facts.id, "cdf", [str(day) for day in days], by)
        sampled = np.where(times[:, j] < horizon, np.floor(times[:, j]), horizon)
        add(DAY, facts.id, "sample", [str(run) for run in range(runs)], sampled)
    arrays = {"origin_date": pa.array([context.as_of] * len(columns["value"]), pa.date32())}
    arrays |= {
        key: pa.array(values, pa.string() if key != "value" else pa.float64()) for key, values in columns.items()
    }
    return pa.table(arrays)


def _tasks(projection: Projection) -> dict[str, Any]:
    context, runs = projection.context, min(projection.runs, SAMPLES)
    share = {"type": "double", "minimum": 0, "maximum": 1}
    day_rows = {
        "cdf": {
            "output_type_id": {"required": [str(day) for day in _days(context.horizon_days)]},
            "value": share,
            "is_required": True,
        },
        "sample": {
            "output_type_id_params": {
                "type": "character",
                "max_length": len(str(SAMPLES)),
                "min_samples_per_task": runs,
                "max_samples_per_task": runs,
                # What varies inside a sample is the issue: samples are joint over issues.
                "compound_taskid_set": ["origin_date", "target"],
            },
            "value": {"type": "double", "minimum": 0, "maximum": context.horizon_days},
            "is_required": True,
        },
    }
    months = [*_months(context.as_of, context.last_day), BEYOND]
    month_rows = {"pmf": {"output_type_id": {"required": months}, "value": share, "is_required": True}}
    return {
        "schema_version": f"{SCHEMAS}/tasks-schema.json",
        "rounds": [
            {
                "round_id_from_variable": True,
                "round_id": "origin_date",
                "model_tasks": [
                    _model_task(projection, MONTH, month_rows, "ordinal", "month"),
                    _model_task(projection, DAY, day_rows, "discrete", "days from the origin date"),
                ],
                "submissions_due": {"relative_to": "origin_date", "start": 0, "end": 7},
            }
        ],
        "output_type_id_datatype": "character",
    }


def _model_task(projection: Projection, target: str, rows: dict[str, Any], kind: str, unit: str) -> dict[str, Any]:
    context = projection.context
    return {
        "task_ids": {
            "origin_date": {"required": [str(context.as_of)], "optional": None},
            "target": {"required": [target], "optional": None},
            "issue": {"required": [facts.id for facts in context.issues], "optional": None},
        },
        "output_type": rows,
        "target_metadata": [
            {
                "target_id": target,
                "target_name": target.capitalize(),
                "target_units": unit,
                "target_keys": {"target": target},
                "description": "When the issue is resolved, as its resolution criterion in the agenda says.",
                "target_type": kind,
                "is_step_ahead": False,
            }
        ],
    }


def _admin(projection: Projection) -> dict[str, Any]:
    """Facts about the hub. Its maintainer, contact and repository are placeholders for whoever opens the hub."""
    return {
        "schema_version": f"{SCHEMAS}/admin-schema.json",
        "name": projection.context.talks,
        "maintainer": "Name of the maintainer",
        "contact": {"name": "Name of the contact", "email": "contact@example.org"},
        "repository": {"host": "github", "owner": "owner", "name": "repository"},
        "file_format": ["parquet"],
        # The schema has no UTC; Abidjan is at UTC all year.
        "timezone": "Africa/Abidjan",
    }


def _metadata(projection: Projection, model: str) -> dict[str, Any]:
    team, name = model.split("-")
    return {
        "team_name": "negsim",
        "team_abbr": team,
        "model_name": projection.scenario.title,
        "model_abbr": name,
        "designated_model": True,
        "methods": "A discrete-event simulation of rounds of negotiation, under the assumptions of the scenario.",
        "provenance": projection.provenance,
    }


def _json(data: Any) -> bytes:
    return (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode()


def _parquet(table: pa.Table) -> bytes:
    import io

    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd")
    return out.getvalue()
