// The app: tabs around the explorer's panel. One WebSocket; every answer has a kind (`what`).

const body = document.body, $ = (id) => document.getElementById(id);
const token = new URLSearchParams(location.search).get("token") || "";
const VIEWS = ["Board", "Projection", "What if", "Why", "When", "Record"];
const listeners = new Map();
let socket = null, opened = null, panelOf = null, view = "Board", asked = 0, boardDay = null, versions = null, wasOpen = false;

const on = (what, call) => listeners.set(what, [...(listeners.get(what) || []), call]);
const pending = new Map();
/** Send a question; after a moment without an answer, the bar says that work is under way. */
const ask = (question) => {
  if (!socket || socket.readyState !== 1) return;
  const number = (asked += 1);
  socket.send(JSON.stringify({ ...question, ask: number }));
  if (question.do === "stop") return;
  pending.set(number, question.do);
  setTimeout(() => { if (pending.has(number) && $("work").hidden) working("Running …"); }, 500);
};
const model = {
  send: ask,
  on: (_, call) => ["levers", "state", "error", "file"].forEach((what) => listeners.set(`panel ${what}`, [call])),
};

// --- what is shown, in the address ------------------------------------------------------------------------------------

function remembered() {
  try { return JSON.parse(decodeURIComponent(location.hash.slice(1))) || {}; } catch { return {}; }
}
function remember(more) {
  const next = { ...remembered(), ...more };
  history.replaceState(null, "", `${location.pathname}${location.search}#${encodeURIComponent(JSON.stringify(next))}`);
}

// --- connection -------------------------------------------------------------------------------------------------------

function connect() {
  socket = new WebSocket(`ws://${location.host}/ws?token=${encodeURIComponent(token)}`);
  socket.addEventListener("open", () => {
    wasOpen = true;
    $("lost").hidden = true;
    ask({ do: "open", scenario: remembered().scenario || 0 });
  });
  socket.addEventListener("message", (event) => {
    const answer = JSON.parse(event.data);
    const did = pending.get(answer.ask);
    // The server drops a `set` that a later one replaces; everything else is answered.
    for (const [number, what] of [...pending]) if (number === answer.ask || (what === "set" && did === "set" && number < answer.ask)) pending.delete(number);
    if (!pending.size) $("work").hidden = true;
    for (const call of listeners.get(answer.what) || []) call(answer);
    for (const call of listeners.get(`panel ${answer.what}`) || []) call(answer);
  });
  socket.addEventListener("close", () => {
    pending.clear();
    $("work").hidden = true;
    $("lost").hidden = false;
    $("lost").textContent = wasOpen
      ? "The connection is lost: negsim app has stopped. What you see stays. Start negsim app again and open its new address."
      : "negsim app does not answer, or the address is not the one that it printed.";
    setTimeout(connect, 3000);
  });
}

function working(words) {
  $("bar").removeAttribute("value");
  $("doing").textContent = words;
  $("work").hidden = false;
}
on("progress", ({ done, total, words }) => {
  $("work").hidden = false;
  if (words) { working(words); return; }
  $("bar").value = total ? done / total : 0;
  $("doing").textContent = `${done.toLocaleString("en")} of ${total.toLocaleString("en")} runs`;
});
$("stop").addEventListener("click", () => ask({ do: "stop" }));

// --- frame ------------------------------------------------------------------------------------------------------------

const places = Object.fromEntries(VIEWS.map((name) => [name, h("section", { id: `view-${name.replace(" ", "-")}`, role: "tabpanel", "aria-label": name, hidden: true })]));
$("main").append(...Object.values(places));
const tabs = VIEWS.map((name, k) => h("button", {
  type: "button", role: "tab", id: `tab-${k}`, "aria-controls": places[name].id, "aria-selected": "false", tabindex: -1,
  click: () => choose(name),
  keydown: (event) => {
    const next = { ArrowRight: k + 1, ArrowLeft: k - 1, Home: 0, End: VIEWS.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const to = (next + VIEWS.length) % VIEWS.length;
    tabs[to].focus();
    choose(VIEWS[to]);
  },
}, name));
$("tabs").append(...tabs);

function choose(name) {
  view = name;
  tabs.forEach((tab, k) => {
    tab.setAttribute("aria-selected", VIEWS[k] === name ? "true" : "false");
    tab.tabIndex = VIEWS[k] === name ? 0 : -1;
  });
  for (const [each, place] of Object.entries(places)) place.hidden = each !== name;
  remember({ view: name });
  if (opened) fill();
}

function fill() {
  if (view === "Board" || view === "Record") ask({ do: "board", on: boardDay });
  if (view === "Projection") { ask({ do: "table" }); chartKinds.forEach(([kind]) => ask({ do: "chart", kind, issue: survivalIssue })); }
  if (view === "When") askWhen();
}

const scheme = (name) => { body.classList.remove("dark", "light"); if (name) body.classList.add(name); };
$("scheme").addEventListener("click", () => {
  const dark = body.classList.contains("dark") || (!body.classList.contains("light") && matchMedia("(prefers-color-scheme: dark)").matches);
  scheme(dark ? "light" : "dark");
  remember({ scheme: dark ? "light" : "dark" });
});

on("opened", (answer) => {
  const again = opened && opened.scenario === answer.scenario;
  opened = answer;
  if (!again) boardDay = null;
  document.title = `${answer.title} – negsim`;
  $("talks").textContent = answer.title;
  $("about").textContent = `${answer.question || answer.description} From ${answer.as_of} to ${answer.horizon}, if the sides concede as the scenario assumes; no forecast of what they will do.`;
  $("pick").hidden = answer.scenarios.length < 2;
  $("scenario").replaceChildren(...answer.scenarios.map((title, k) => h("option", { value: k, selected: k === answer.scenario }, title)));
  mistaken(answer.mistakes);
  const before = remembered();
  const levers = before.scenario === answer.scenario || (before.scenario === undefined && answer.scenario === 0) ? before.levers : null;
  remember({ scenario: answer.scenario });
  buildStatic();
  panelOf = panel(model, places["What if"], (state) => {
    remember({ levers: { moved: state.moved, joined: state.joined, pins: state.pins.map(({ name, moved, joined }) => ({ name, moved, joined })) } });
    if (view !== "What if") fill();
  });
  if (levers) { ask({ do: "set", ...levers }); once("state", () => panelOf.restore({ moved: levers.moved || {}, joined: levers.joined || [] })); }
  choose(view);
});
function once(what, call) {
  const wrapped = (answer) => { listeners.set(what, listeners.get(what).filter((each) => each !== wrapped)); call(answer); };
  on(what, wrapped);
}
$("scenario").addEventListener("change", () => { remember({ levers: null }); ask({ do: "open", scenario: Number($("scenario").value) }); });

function mistaken(text) {
  $("mistakes").hidden = !text;
  $("mistakes").textContent = text ? `A file has mistakes; the last good state stays.\n${text}` : "";
}
on("files", (answer) => {
  if (!opened) return;
  mistaken(answer.mistakes[opened.scenario]);
  if (versions && versions[opened.scenario] === answer.versions[opened.scenario]) return;
  versions = answer.versions;
  if (!answer.mistakes[opened.scenario]) ask({ do: "open", scenario: opened.scenario });
});
on("error", (answer) => { if (view !== "What if") alertIn(places[view], answer.text); });
function alertIn(place, text) {
  const old = place.querySelector(".trouble");
  if (old) old.remove();
  place.prepend(h("pre", { class: "trouble", role: "alert" }, text));
}

// --- board and record ---------------------------------------------------------------------------------------------------

function citations(list) {
  if (!list.length) return null;
  return h("details", { class: "cite" }, h("summary", {}, list.length === 1 ? "1 citation" : `${list.length} citations`),
    h("ul", {}, list.map((one) => h("li", {}, /^https?:\/\//.test(one.url || one.place)
      ? h("a", { href: one.url || one.place, rel: "noreferrer noopener", target: "_blank" }, one.place) : one.place,
    one.about ? ` (${one.about})` : ""))));
}
const announced = (list) => (list.length ? h("ul", {}, list.map((one) => h("li", {}, h("strong", {}, `${one.by} `), h("span", { class: "status" }, one.state), ` ${one.words}`, citations(one.citations)))) : null);

on("board", (answer) => {
  if (view === "Board") board(answer);
  if (view === "Record") record(answer);
});

function board(answer) {
  const first = time(answer.first), last = Math.max(time(answer.last), first + 1);
  const shown = h("output", { for: "day" }, answer.on);
  const day = h("input", { id: "day", type: "range", min: first, max: last, step: 1, value: time(answer.on), "aria-label": "Day of the board", "aria-valuetext": answer.on,
    input: () => { boardDay = dateText(Number(day.value)); shown.textContent = boardDay; day.setAttribute("aria-valuetext", boardDay); clearTimeout(day.timer); day.timer = setTimeout(() => ask({ do: "board", on: boardDay }), 120); } });
  const focused = document.activeElement && document.activeElement.id === "day";
  const open = new Set([...places.Board.querySelectorAll("article[data-open]")].map((each) => each.id));
  places.Board.replaceChildren(
    h("h2", {}, `Board of ${answer.title}`),
    h("div", { class: "asked" }, h("label", { for: "day" }, "As of"), day, shown),
    ...(answer.issues.length ? [] : [h("p", {}, "Nothing is on the agenda on that day.")]),
    ...answer.issues.map((issue) => h("article", { class: "card", id: `issue-${issue.id}` },
      h("h3", {}, issue.title, " ", h("span", { class: "status" }, issue.status), issue.since ? h("small", {}, ` since ${issue.since}`) : null),
      h("div", { class: "pair" }, issue.demands.map((one) => h("div", {}, h("strong", {}, `${one.side}: `), one.text, citations(one.citations)))),
      announced(issue.announced),
      issue.disputed.length ? h("p", {}, `Disputed: ${issue.disputed.join("; ")}`) : null,
      h("details", { open: open.has(`issue-${issue.id}`) }, h("summary", {}, "History and criterion"),
        h("p", {}, `Resolved when: ${issue.resolves_when}`),
        h("ul", {}, issue.history.map((one) => h("li", {}, `${one.date}, ${one.status}: ${one.what}`, citations(one.citations))))))));
  if (focused) $("day").focus();
}

function record(answer) {
  places.Record.replaceChildren(
    h("h2", {}, `Record up to ${answer.on}`),
    h("h3", {}, "Rounds"),
    answer.rounds.length ? h("ul", {}, answer.rounds.map((one) => h("li", {}, h("strong", {}, `${one.date} ${one.title}: `), one.what, citations(one.citations)))) : h("p", {}, "No round is on record."),
    h("h3", {}, "Announced dates"),
    announced(answer.announced) || h("p", {}, "No date was announced."),
    h("h3", {}, "Changes"),
    h("ul", {}, answer.issues.flatMap((issue) => issue.history.map((one) => [one.date, issue.title, one])).sort((a, b) => (a[0] < b[0] ? 1 : -1))
      .map(([date, title, one]) => h("li", {}, h("strong", {}, `${date} ${title}: `), `${one.status}. ${one.what}`, citations(one.citations)))));
}

// --- projection ---------------------------------------------------------------------------------------------------------

const chartKinds = [["burndown"], ["calendar"], ["survival"], ["flow"], ["waiting"], ["terms"]];
let survivalIssue = "all", tablePlace, chartPlaces = {}, order = [0, 1];

function buildStatic() {
  tablePlace = h("div");
  chartPlaces = Object.fromEntries(chartKinds.map(([kind]) => [kind, h("div")]));
  survivalIssue = "all";
  const pick = h("select", { "aria-label": "Issue of the next picture", change: () => { survivalIssue = pick.value; ask({ do: "chart", kind: "survival", issue: survivalIssue }); } },
    h("option", { value: "all" }, "all issues"), opened.issues.map(([name, title]) => h("option", { value: name }, title)));
  places.Projection.replaceChildren(h("h2", {}, "Projection"), h("p", { class: "hint", id: "which" }), tablePlace,
    ...chartKinds.flatMap(([kind]) => [kind === "survival" ? h("label", {}, "Unresolved over time: ", pick) : null, chartPlaces[kind]].filter(Boolean)));
  buildWhy();
  buildWhen();
}

on("chart", (answer) => draw(answer.chart, chartPlaces[answer.kind]));
on("table", (answer) => {
  const [by, sign] = order;
  const rows = [...answer.rows].sort((a, b) => (a.cells[by][1] < b.cells[by][1] ? -sign : a.cells[by][1] > b.cells[by][1] ? sign : 0));
  const number = (k) => (k > 1 && k < answer.heads.length - 2 ? "number" : null);
  tablePlace.replaceChildren(h("div", { class: "wide", role: "region", tabindex: 0, "aria-label": "Table of results" },
    h("table", {}, h("caption", {}, answer.caption),
      h("thead", {}, h("tr", {}, answer.heads.map((head, k) => h("th", { scope: "col", class: number(k), "aria-sort": k === by ? (sign > 0 ? "ascending" : "descending") : "none" },
        h("button", { type: "button", click: () => { order = [k, k === by ? -sign : 1]; for (const call of listeners.get("table")) call(answer); tablePlace.querySelectorAll("th button")[k].focus(); } }, head, k === by ? (sign > 0 ? " ▲" : " ▼") : ""))))),
      h("tbody", {}, rows.map((row) => h("tr", {}, row.cells.map(([text], k) => (k ? h("td", { class: number(k) }, text) : h("th", { scope: "row" }, text, " ",
        h("button", { type: "button", "aria-label": `Why: ${text}`, click: () => askWhy(row.id) }, "why?"))))))),
      h("tfoot", {}, h("tr", {}, answer.foot.map((text, k) => (k ? h("td", { class: number(k) }, text) : h("th", { scope: "row" }, text))))))),
    h("p", { class: "hint" }, `${answer.provenance}. ${answer.notes.join(" ")}`));
});

// --- why and when -----------------------------------------------------------------------------------------------------

let whyIssue, whySide, whyPlace, whenP, whenBoxes, whenPlace;
function buildWhy() {
  whyIssue = h("select", { id: "why-issue" }, opened.issues.map(([name, title]) => h("option", { value: name }, title)));
  whySide = h("select", { id: "why-side" }, h("option", { value: "" }, "either side"), opened.sides.map(([name, title]) => h("option", { value: name }, `${title} alone`)));
  whyPlace = h("div", { "aria-live": "polite" });
  places.Why.replaceChildren(h("h2", {}, "Why does it take so long, and what would change it?"),
    h("div", { class: "asked" }, h("label", { for: "why-issue" }, "Issue"), whyIssue, h("label", { for: "why-side" }, "Changes by"), whySide,
      h("button", { type: "button", click: () => askWhy(whyIssue.value) }, "Explain")), whyPlace);
}
function askWhy(issue) {
  choose("Why");
  whyIssue.value = issue;
  whyPlace.replaceChildren();
  working("Trying changes …");
  ask({ do: "explain", issue, side: whySide.value || null });
}
on("explanation", (answer) => {
  whyPlace.replaceChildren(h("h3", {}, answer.title), ...answer.sentences.flatMap(({ heading, said }) =>
    [heading ? h("h3", {}, heading) : null, h("ul", {}, said.map((text) => h("li", {}, text)))].filter(Boolean)),
  ...answer.notes.map((text) => h("p", { class: "hint" }, text)));
});
on("stopped", () => { if (whyPlace) whyPlace.replaceChildren(h("p", {}, "Stopped.")); });

function buildWhen() {
  whenP = h("input", { id: "when-p", type: "number", min: 1, max: 100, step: 1, value: 80, change: askWhen });
  whenBoxes = opened.issues.map(([name, title]) => { const box = h("input", { type: "checkbox", value: name, checked: true, change: askWhen }); return [box, h("label", {}, box, title)]; });
  whenPlace = h("div", { "aria-live": "polite" });
  places.When.replaceChildren(h("h2", {}, "When is it resolved with a given probability?"),
    h("div", { class: "asked" }, h("label", { for: "when-p" }, "Probability, %"), whenP),
    h("fieldset", {}, h("legend", {}, "Issues"), whenBoxes.map(([, label]) => label)), whenPlace);
}
function askWhen() {
  const chosen = whenBoxes.filter(([box]) => box.checked).map(([box]) => box.value);
  if (!chosen.length) { whenPlace.replaceChildren(h("p", {}, "Choose an issue.")); return; }
  ask({ do: "when", probability: Number(whenP.value) / 100, issues: chosen });
}
on("when", (answer) => {
  const old = places.When.querySelector(".trouble");
  if (old) old.remove();
  whenPlace.replaceChildren(h("div", { class: "wide", role: "region", tabindex: 0, "aria-label": "Table of dates" }, h("table", {},
    h("caption", {}, `Resolved in ${+(100 * answer.probability).toFixed(1)} % of the runs`),
    h("thead", {}, h("tr", {}, ["resolved", "by", "from (95 %)", "to (95 %)", "% by the horizon"].map((head) => h("th", { scope: "col" }, head)))),
    h("tbody", {}, answer.rows.map((row) => h("tr", {}, h("th", { scope: "row" }, row.title), [row.day, row.low, row.high, row.horizon].map((text) => h("td", { class: "day" }, text))))))),
  h("p", { class: "hint" }, `${answer.provenance}. Intervals measure the simulation, not how right the assumptions are.`));
});

const start = remembered();
if (VIEWS.includes(start.view)) view = start.view;
scheme(["dark", "light"].includes(start.scheme) ? start.scheme : "");
choose(view);
connect();
