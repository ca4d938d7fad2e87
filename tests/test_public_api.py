"""What holds for every public name: a docstring with an example, types, one form of keywords, errors in one line."""

from __future__ import annotations

import inspect

import pytest

import negsim as ns
from negsim.errors import ArgumentTypeError, NegsimError

FUNCTIONS = sorted(name for name in dir(ns) if inspect.isfunction(getattr(ns, name)))


def parameters(name):
    return inspect.signature(getattr(ns, name)).parameters


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_takes_runs_and_a_seed_takes_workers(name):
    known = set(parameters(name))
    assert "executor" not in known
    if {"runs", "seed"} <= known:
        assert "workers" in known


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_wrong_keyword_and_a_wrong_type_are_one_line(name):
    function = getattr(ns, name)
    calls = [((object(),), {}), ((), {"nonsense": 1}), ((), {"a": 1, "b": 2})]
    calls += [(("baseline",), {key: {"no": "such"}}) for key in parameters(name) if key in ("runs", "seed", "workers")]
    for arguments, keywords in calls:
        with pytest.raises(ArgumentTypeError) as caught:
            function(*arguments, **keywords)
        assert len(str(caught.value).splitlines()) == 1
        assert "object at 0x" not in str(caught.value).split("but was")[0]


def results_of(workers):
    s = ns.load("baseline")
    slow = s.replace({"tactics.us.beta": 0.1})
    return (
        ns.run(s, runs=9000, workers=workers).tally.resolved.tobytes(),
        ns.compare(s, slow, runs=300, workers=workers).issues.to_csv(),
        ns.discover(s, "banking", runs=800, workers=workers).data(),
        ns.table([s, slow], "p_resolved", runs=100, workers=workers).to_csv(),
    )


def test_workers_change_no_byte():
    assert results_of(1) == results_of(2)


@pytest.mark.slow
def test_processes_change_no_byte():
    s, vary = ns.load("baseline"), {"tactics.us.beta": [0.2, 1.0]}
    alone, two = (ns.sweep(s, vary, runs=50, workers=workers) for workers in (1, 2))
    assert alone.table.equals(two.table)
    one, both = (ns.explain(s, "banking", side="us", runs=60, workers=workers).data() for workers in (1, 2))
    assert one == both


@pytest.mark.parametrize(("workers", "says"), [(0, "from 1"), (-2, "from 1"), ("two", "a number or an executor")])
def test_workers_that_are_none_are_refused(workers, says):
    with pytest.raises(NegsimError, match=says):
        ns.run("baseline", runs=5, workers=workers)


@pytest.mark.parametrize("name", [name for name in dir(ns) if name != "__version__"])
def test_every_public_name_has_a_docstring_with_an_example_and_types(name):
    value = getattr(ns, name)
    assert value.__doc__, name
    assert ">>>" in value.__doc__, name
    if not inspect.isfunction(value):
        return
    signature = inspect.signature(value)
    assert signature.return_annotation is not inspect.Parameter.empty
    assert all(each.annotation is not inspect.Parameter.empty for each in signature.parameters.values())


@pytest.mark.parametrize("command", ["check", "elicit", "trace", "calibrate", "backtest", "history"])
def test_a_command_has_a_public_name(command):
    assert command in dir(ns)
    assert callable(getattr(ns, command)) or callable(ns.history.load)


@pytest.fixture(scope="module")
def results():
    s = ns.load("baseline")
    p = ns.run(s, runs=80)
    w = ns.sweep(s, {"tactics.us.beta": [0.2, 1.0], "tactics.russia.beta": [0.2, 1.0]}, runs=40)
    elicited = ns.elicit(low=1, mode=2, high=5)
    record = ns.history.load()
    return [
        s, p, w, s.agenda, s.agenda.issue("visas"), ns.check("baseline"), s.check(), elicited, elicited[0],
        ns.compare(p, s.replace({"tactics.us.beta": 0.1})), ns.sensitivity(w, "visas"), ns.discover(p, "visas"),
        ns.explain(s, "visas", side="us", runs=40), ns.trace(s), p.when(0.5), p.how_many("2026-04-10"),
        ns.calibrate(negotiation="brexit", on="2018-06-19"), record, record["brexit"],
        ns.history.state(record["brexit"], record["brexit"].until),
        ns.backtest(origins={"brexit": ["2018-06-19"]}, horizon="90 days"),
        ns.timeline("record_alone", dates=["2025-04-10", "2025-10-10"], runs=20),
        ns.update("record_alone", "2025-06-01", runs=200, enough=20),
    ]  # fmt: skip


@pytest.mark.slow
def test_every_result_is_a_table_in_a_notebook(results):
    shown = {type(result): result._repr_html_() for result in results}
    classes = {value for name in dir(ns) if inspect.isclass(value := getattr(ns, name))}
    told = {cls for cls in classes if not issubclass(cls, Exception) and cls not in (ns.Reason, ns.Status)}
    assert told <= set(shown)
    for cls, html in shown.items():
        assert "<" in html, cls
        assert "object at 0x" not in html, cls


@pytest.mark.slow
def test_what_has_rows_gives_a_frame(results):
    framed = [result.to_frame() for result in results if hasattr(result, "to_frame")]
    assert len(framed) >= 6
    assert all(len(frame.columns) for frame in framed)
