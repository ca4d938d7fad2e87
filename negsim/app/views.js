// The views of the app. Each asks and shows the answer; what is chosen is remembered in the address.

function citations(list) {
  if (!list.length) return null;
  return h("details", { class: "cite" }, h("summary", {}, list.length === 1 ? "1 citation" : `${list.length} citations`),
    h("ul", {}, list.map((one) => h("li", {}, /^https?:\/\//.test(one.url || one.place)
      ? h("a", { href: one.url || one.place, rel: "noreferrer noopener", target: "_blank" }, one.place) : one.place,
    one.about ? ` (${one.about})` : ""))));
}
const announced = (list) => (list.length ? h("ul", {}, list.map((one) => h("li", {}, h("strong", {}, `${one.by} `), h("span", { class: "status" }, one.state), ` ${one.words}`, citations(one.citations)))) : null);

/** Terms with their meanings, folded; unfolded if those that stand in the place now are. */
const meanings = (summary, terms, place) => h("details", { class: "meanings", open: Boolean(place.querySelector(".meanings[open]")) }, h("summary", {}, summary),
  h("dl", { class: "words" }, terms.flatMap(([term, meaning]) => [h("dt", {}, term), h("dd", {}, meaning)])));

on("board", (answer) => (answer.whole ? record(answer) : board(answer)));

function board(answer) {
  const first = time(answer.first), last = time(answer.last);
  const shown = h("output", { for: "day" }, answer.on);
  const day = h("input", { id: "day", type: "range", min: first, max: last, step: 1, value: time(answer.on), "aria-label": "Day of the board", "aria-valuetext": answer.on,
    input: () => {
      const to = dateText(Number(day.value));
      remember({ day: to });
      shown.textContent = to;
      day.setAttribute("aria-valuetext", to);
      clearTimeout(day.timer);
      day.timer = setTimeout(() => ask({ do: "board", on: to }), 120);
    } });
  const note = answer.on === answer.as_of ? "the as-of date of the scenario" : answer.on > answer.as_of ? `after the as-of date ${answer.as_of}: the projection does not know it` : "";
  const focused = document.activeElement && document.activeElement.id;
  const to = (id, words, on) => h("button", { type: "button", id, disabled: !on, click: () => { remember({ day: on }); ask({ do: "board", on }); } }, words);
  const open = new Set([...places.Board.querySelectorAll("article[data-open]")].map((each) => each.id));
  places.Board.replaceChildren(
    h("h2", {}, `Board of ${answer.title}`),
    answer.first === answer.last
      ? h("p", { class: "hint" }, `As of ${answer.on}. The record has no other day.`)
      : h("div", { class: "asked" }, h("label", { for: "day" }, "As of"), day, shown,
        h("span", {}, to("earlier", "Previous change", answer.days.findLast((each) => each < answer.on)), to("later", "Next change", answer.days.find((each) => each > answer.on))), h("span", { class: "hint" }, note)),
    answer.issues.length ? meanings("What the statuses mean", answer.words, places.Board) : h("p", {}, "Nothing is on the agenda on that day."),
    ...answer.issues.map((issue) => h("article", { class: "card", id: `issue-${issue.id}` },
      h("h3", {}, issue.title, " ", h("span", { class: "status" }, issue.status), issue.since ? h("small", { class: "day" }, ` since ${issue.since}`) : null),
      h("div", { class: "pair" }, issue.demands.map((one) => h("div", {}, h("strong", {}, `${one.side}: `), one.text || h("span", { class: "none" }, "no public position"), citations(one.citations)))),
      announced(issue.announced),
      issue.disputed.length ? h("p", {}, `Disputed: ${issue.disputed.join(" ")}`) : null,
      h("details", { open: open.has(`issue-${issue.id}`) }, h("summary", {}, "History and criterion"),
        h("p", {}, `Resolved when: ${issue.resolves_when}`),
        h("ul", {}, issue.history.map((one) => h("li", {}, `${one.date}, ${one.status}: ${one.what}`, citations(one.citations))))))));
  if (["day", "earlier", "later"].includes(focused) && $(focused)) ($(focused).disabled ? $("day") : $(focused)).focus();
}

// --- projection ---------------------------------------------------------------------------------------------------------

const chartKinds = ["burndown", "calendar", "survival", "flow", "waiting", "terms"];
let survivalPick, tablePlace, chartPlaces = {};

/** The issues as options of a select. */
const issueOptions = (chosen) => opened.issues.map(([name, title]) => h("option", { value: name, selected: name === chosen }, title));

function buildProjection() {
  tablePlace = h("div");
  chartPlaces = Object.fromEntries(chartKinds.map((kind) => [kind, h("div")]));
  const { survival } = remembered();
  survivalPick = h("select", { "aria-label": "Issue of the next picture", change: () => { remember({ survival: survivalPick.value }); ask({ do: "chart", kind: "survival", issue: survivalPick.value }); } },
    issueOptions(survival), h("option", { value: "all", selected: survival === "all" }, "at least one issue"));
  places.Projection.replaceChildren(h("h2", {}, "Projection"), h("p", { class: "hint", id: "which" }), tablePlace,
    ...chartKinds.flatMap((kind) => [kind === "survival" ? h("label", {}, "Unresolved over time: ", survivalPick) : null, chartPlaces[kind]].filter(Boolean)));
}

on("chart", (answer) => draw(answer.chart, chartPlaces[answer.kind]));
on("table", (answer) => {
  const [by, sign] = remembered().sort || [0, 1];
  const rows = [...answer.rows].sort((a, b) => (a.cells[by][1] < b.cells[by][1] ? -sign : a.cells[by][1] > b.cells[by][1] ? sign : 0));
  const number = (k) => (k > 1 && k < answer.heads.length - 2 ? "number" : null);
  tablePlace.replaceChildren(h("div", { class: "wide", role: "region", tabindex: 0, "aria-label": "Table of results" },
    h("table", {}, h("caption", {}, answer.caption),
      h("thead", {}, h("tr", {}, answer.heads.map((head, k) => h("th", { scope: "col", class: number(k), "aria-sort": k === by ? (sign > 0 ? "ascending" : "descending") : "none" },
        h("button", { type: "button", click: () => { remember({ sort: [k, k === by ? -sign : 1] }); for (const call of listeners.get("table")) call(answer); tablePlace.querySelectorAll("th button")[k].focus(); } }, head, k === by ? (sign > 0 ? " ▲" : " ▼") : ""))))),
      h("tbody", {}, rows.map((row) => h("tr", {}, row.cells.map(([text, , small], k) => (k ? h("td", { class: number(k) || "text" }, text, small ? h("small", {}, small) : null) : h("th", { scope: "row" }, text, " ",
        h("button", { type: "button", class: "why", "aria-label": `Why: ${text}`, click: () => askWhy({ issue: row.id, side: "" }) }, "why?"))))))),
      h("tfoot", {}, h("tr", {}, answer.foot.map((text, k) => (k ? h("td", { class: number(k) }, text) : h("th", { scope: "row" }, text))))))),
    meanings("What the words in this table mean", answer.terms, tablePlace),
    h("ul", { class: "hint notes" }, [`${answer.provenance}.`, ...answer.notes].map((text) => h("li", {}, prose(text)))));
});

// --- why and when -----------------------------------------------------------------------------------------------------

let whyIssue, whySide, whyPlace, whenP, whenBoxes, whenPlace;
function buildWhy() {
  const before = remembered().why || {};
  whyIssue = h("select", { id: "why-issue" }, issueOptions(before.issue));
  whySide = h("select", { id: "why-side" }, h("option", { value: "" }, "either side"), opened.sides.map(([name, title]) => h("option", { value: name, selected: name === before.side }, `${title} alone`)));
  whyPlace = h("div", { "aria-live": "polite" });
  places.Why.replaceChildren(h("h2", {}, "Why does it take so long, and what would change it?"),
    h("div", { class: "asked" }, h("label", { for: "why-issue" }, "Issue"), whyIssue, h("label", { for: "why-side" }, "Changes by"), whySide,
      h("button", { type: "button", click: () => askWhy({ issue: whyIssue.value, side: whySide.value }) }, "Explain")), whyPlace);
}
function askWhy({ issue, side }) {
  choose("Why");
  remember({ why: { issue, side } });
  whyIssue.value = issue;
  whySide.value = side || "";
  quiet(places.Why);
  whyPlace.replaceChildren();
  working("Trying changes …");
  ask({ do: "explain", issue, side: side || null });
}
on("explanation", (answer) => {
  whyPlace.replaceChildren(h("h3", {}, answer.title), ...answer.sentences.flatMap(({ heading, said }) =>
    [heading ? h("h3", {}, heading) : null, h("ul", {}, said.map((text) => h("li", {}, prose(text))))].filter(Boolean)),
  ...answer.notes.map((text) => h("p", { class: "hint" }, prose(text))));
});
on("stopped", ({ text }) => {
  if (view === "Why") remember({ why: null });
  if (view === "History") remember({ days: null });
  alertIn(places[view], text);
});

function buildWhen() {
  const { p = 80, issues } = remembered().when || {};
  whenP = h("input", { id: "when-p", type: "number", min: 1, max: 100, step: 1, value: p, change: askWhen });
  whenBoxes = opened.issues.map(([name, title]) => { const box = h("input", { type: "checkbox", value: name, checked: !issues || issues.includes(name), change: askWhen }); return [box, h("label", {}, box, title)]; });
  whenPlace = h("div", { "aria-live": "polite" });
  const every = (checked) => () => { for (const [box] of whenBoxes) box.checked = checked; askWhen(); };
  places.When.replaceChildren(h("h2", {}, "When is it resolved with a given probability?"),
    h("div", { class: "asked" }, h("label", { for: "when-p" }, "Probability, %"), whenP),
    h("fieldset", {}, h("legend", {}, "Issues"), whenBoxes.map(([, label]) => label),
      h("div", {}, h("button", { type: "button", click: every(true) }, "All"), h("button", { type: "button", click: every(false) }, "None"))), whenPlace);
}
function askWhen() {
  const issues = whenBoxes.filter(([box]) => box.checked).map(([box]) => box.value);
  remember({ when: { p: Number(whenP.value), issues } });
  if (!issues.length) { whenPlace.replaceChildren(h("p", {}, "Choose an issue.")); return; }
  ask({ do: "when", probability: Number(whenP.value) / 100, issues });
}
on("when", (answer) => {
  quiet(places.When);
  whenPlace.replaceChildren(h("div", { class: "wide", role: "region", tabindex: 0, "aria-label": "Table of dates" }, h("table", {},
    h("caption", {}, `Resolved in ${+(100 * answer.probability).toFixed(1)} % of the runs`),
    h("thead", {}, h("tr", {}, ["issues", "by", "95 % interval", "% by the horizon"].map((head) => h("th", { scope: "col", class: "day" }, head)))),
    h("tbody", {}, answer.rows.map((row) => h("tr", {}, h("th", { scope: "row" }, row.title), [row.day, row.between, row.horizon].map((text) => h("td", { class: "day" }, text))))))),
  h("p", { class: "hint" }, `${answer.provenance}. Intervals measure the simulation, not how right the assumptions are.`));
});

// --- history --------------------------------------------------------------------------------------------------------------

const historyPlace = h("div"), recordPlace = h("div");
places.History.append(historyPlace, recordPlace);

function askTimeline(days) {
  remember({ days });
  quiet(places.History);
  working("Running …");
  ask({ do: "timeline", days });
}

on("history", (answer) => {
  quiet(places.History);
  const chosen = String(remembered().days || 12);
  const days = h("select", { id: "days" }, [["12", "12 days, evenly spaced"], ["30", "30 days, evenly spaced"], ["month", "every month"], ["quarter", "every quarter"], ["year", "every year"]]
    .map(([value, words]) => h("option", { value, selected: value === chosen }, words)));
  const compute = h("button", { type: "button", click: () => askTimeline(Number(days.value) || days.value) }, "Compute");
  const parts = answer.possible
    ? [h("p", {}, `The projection as it would have been on each of several days from ${answer.first} to ${answer.last}, from what was known then.`),
      h("div", { class: "asked" }, h("label", { for: "days" }, "Days"), days, compute)]
    : [h("p", {}, `The record has nothing after the as-of date ${answer.first}, so there is one projection and no timeline.`)];
  const chartsOf = answer.charts.map((chart) => [chart, h("div")]);
  historyPlace.replaceChildren(h("h2", {}, "Projections over time"), ...parts, ...chartsOf.map(([, place]) => place));
  if (answer.rows.length) historyPlace.append(timelineTable(answer), h("p", { class: "hint" }, answer.note));
  for (const [chart, place] of chartsOf) draw(chart, place);
});

function timelineTable({ rows, days }) {
  const ends = [days[0], days.at(-1)].map((day) => () => [" as of ", h("span", { class: "day" }, day)]);
  const heads = ["issue", ["%", ends[0]()], ["%", ends[1]()], "change, points", ["50 % date", ends[0]()], ["50 % date", ends[1]()], "flip-flop"];
  return h("div", { class: "wide", role: "region", tabindex: 0, "aria-label": "Table of the timeline" }, h("table", {},
    h("caption", {}, "Probability by the horizon and 50 % date, as of the first and the last day. Flip-flop: mean movement back and forth; 0 if it goes one way"),
    h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, [head].flat(3))))),
    h("tbody", {}, rows.map(([title, ...cells]) => h("tr", {}, h("th", { scope: "row" }, title), cells.map((text) => h("td", { class: "day" }, text)))))));
}

function record(answer) {
  const changes = answer.issues.flatMap((issue) => issue.history.map((one) => [one.date, issue.title, one])).sort((a, b) => (a[0] < b[0] ? 1 : -1));
  recordPlace.replaceChildren(
    h("h2", {}, `Record up to ${answer.on}`),
    h("h3", {}, "Rounds"),
    answer.rounds.length ? h("ul", {}, answer.rounds.map((one) => h("li", {}, h("strong", {}, `${one.date} ${one.title}: `), one.what, citations(one.citations)))) : h("p", {}, "No round is on record."),
    h("h3", {}, "Announced dates"),
    announced(answer.announced) || h("p", {}, "No date was announced."),
    h("h3", {}, "Changes, the latest first"),
    h("ul", {}, changes.map(([date, title, one]) => h("li", {}, h("strong", {}, `${date} ${title}: `), `${one.status}. ${one.what}`, citations(one.citations)))));
}
