// The app: tabs around the explorer's panel. One WebSocket; every answer has a kind (`what`).

const body = document.body, $ = (id) => document.getElementById(id);
const token = new URLSearchParams(location.search).get("token") || "";
const VIEWS = ["Board", "Projection", "What if", "Why", "When", "History"];
const listeners = new Map();
let socket = null, opened = null, panelOf = null, restoring = null, view = "Board", asked = 0, versions = null, wasOpen = false;

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
  on: (_, call) => ["levers", "state", "error", "file", "progress"].forEach((what) => listeners.set(`panel ${what}`, [call])),
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
  if (!total) { working(words); return; }
  $("work").hidden = false;
  $("bar").value = done / total;
  $("doing").textContent = `${done.toLocaleString("en")} of ${total.toLocaleString("en")} ${words}`;
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
  if (!opened) return;
  // Without levers their question was stopped: the scenario is opened anew, with what the address says.
  if (!panelOf.state() && ![...pending.values()].includes("hello")) ask({ do: "open", scenario: opened.scenario });
  else fill();
}

function fill() {
  quiet(places[view]);
  if (view === "Board") ask({ do: "board", on: remembered().day || null });
  if (view === "Projection") { ask({ do: "table" }); chartKinds.forEach((kind) => ask({ do: "chart", kind, issue: survivalPick.value })); }
  if (view === "When") askWhen();
  if (view === "History") { ask({ do: "history" }); ask({ do: "board", on: null, whole: true }); }
}

const scheme = (name) => { body.classList.remove("dark", "light"); if (name) body.classList.add(name); };
$("scheme").addEventListener("click", () => {
  const dark = body.classList.contains("dark") || (!body.classList.contains("light") && matchMedia("(prefers-color-scheme: dark)").matches);
  scheme(dark ? "light" : "dark");
  remember({ scheme: dark ? "light" : "dark" });
});

on("opened", (answer) => {
  opened = answer;
  document.title = `${answer.title} – negsim`;
  $("talks").textContent = answer.title;
  $("about").textContent = `${answer.question || answer.description} From ${answer.as_of} to ${answer.horizon}, if the sides concede as the scenario assumes; no forecast of what they will do.`;
  $("pick").hidden = answer.scenarios.length < 2;
  $("scenario").replaceChildren(...answer.scenarios.map((title, k) => h("option", { value: k, selected: k === answer.scenario }, title)));
  mistaken(answer.mistakes);
  const before = remembered(), same = before.scenario === undefined ? answer.scenario === 0 : before.scenario === answer.scenario;
  if (!same) history.replaceState(null, "", `${location.pathname}${location.search}`);
  remember({ scenario: answer.scenario, view, scheme: before.scheme });
  buildProjection();
  buildWhy();
  buildWhen();
  if (view === "Board") fill(); // it needs no runs
  panelOf = panel(model, places["What if"], (state) => {
    remember({ others: state.reference, levers: { moved: state.moved, joined: state.joined, pins: state.pins.map(({ name, moved, joined }) => ({ name, moved, joined })) } });
    $("which").textContent = state.words.length ? `With moved levers: ${state.words.join("; ")}.` : "";
    if (view !== "What if") fill();
  });
  if (same && before.others) ask({ do: "others", show: true });
  restoring = same ? before.levers : null;
  if (restoring) ask({ do: "set", ...restoring });
  else resume();
  if (view !== "Board") fill();
});
/** Repeat the long work of the view that the address restores. */
function resume() {
  const { why, days } = remembered();
  if (view === "Why" && why) askWhy(why);
  if (view === "History" && days) askTimeline(days);
}
on("state", () => {
  if (!restoring) return;
  const { moved = {}, joined = [] } = restoring;
  restoring = null;
  panelOf.restore({ moved, joined });
  resume();
});
$("scenario").addEventListener("change", () => ask({ do: "open", scenario: Number($("scenario").value) }));

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
function quiet(place) {
  for (const old of place.querySelectorAll(":scope > .trouble")) old.remove();
}
function alertIn(place, text) {
  quiet(place);
  place.prepend(h("pre", { class: "trouble", role: "alert" }, text));
}

/** Show what the address says. */
function begin() {
  const start = remembered();
  if (VIEWS.includes(start.view)) view = start.view;
  scheme(["dark", "light"].includes(start.scheme) ? start.scheme : "");
  choose(view);
  connect();
}
