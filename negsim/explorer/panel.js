// The explorer: levers, pins, charts. The same panel works in a notebook (anywidget) and in the app.
// `model` has send(question) and on("msg:custom", answer => ...), as anywidget's models have.

const SILENT = 15; // seconds without any answer, after which the panel says so
const UNANSWERED = `No answer for ${SILENT} seconds. Long runs may need more time. If the kernel or the app has stopped, start it again.`;

function panel(model, place, changed = () => {}) {
  let levers = [], state = null, moved = {}, joined = [], busy = false, waiting = false, silence = null;
  const controls = new Map();
  const said = h("div", { class: "said", role: "status", "aria-live": "polite" });
  const trouble = h("pre", { class: "trouble", role: "alert", hidden: true });
  const left = h("div", { class: "levers" }), right = h("div", { class: "results" });
  const pins = h("div", { class: "pins" }), saved = h("p", { class: "hint", role: "status" });
  const chartPlaces = [h("div"), h("div")];
  right.append(said, trouble, ...chartPlaces, pins);
  // JupyterLab says which of its schemes is on; elsewhere the system does.
  const lab = document.body.dataset.jpThemeLight;
  const scheme = lab === undefined ? "" : lab === "true" ? "light" : "dark";
  place.replaceChildren(h("div", { class: `negsim panel ${scheme}` }, left, right));
  said.textContent = "Starting …";

  const ask = (question) => {
    clearTimeout(silence);
    silence = setTimeout(() => { free(); tell(UNANSWERED); }, 1000 * SILENT);
    model.send(question);
  };
  const free = () => { busy = false; place.setAttribute("aria-busy", "false"); };
  const tell = (text) => { trouble.textContent = text; trouble.hidden = false; };
  /** At most one question is under way; the last state of the levers is asked for when its answer comes. */
  const move = () => {
    if (busy) { waiting = true; return; }
    busy = true; waiting = false;
    place.setAttribute("aria-busy", "true");
    ask({ do: "set", moved, joined });
  };
  const turn = (lever, at) => {
    if (at === lever.start) delete moved[lever.key];
    else moved[lever.key] = at;
    move();
  };
  const show = (lever, at) => {
    const control = controls.get(lever.key);
    if (lever.form === "switch") control.input.checked = Boolean(at);
    else control.input.value = at;
    if (control.value) {
      control.value.textContent = lever.options[at];
      control.input.setAttribute("aria-valuetext", lever.options[at]);
    }
  };

  function control(lever) {
    const name = `${lever.group}: ${lever.label}`;
    let input, value = null, row;
    const slide = (at) => { show(lever, at); turn(lever, at); };
    if (lever.form === "choice") {
      input = h("select", { "aria-label": name, change: () => turn(lever, input.selectedIndex) },
        lever.options.map((text, k) => h("option", { value: k }, text)));
      row = h("label", { class: "lever choice" }, h("span", {}, lever.label), input);
    } else if (lever.form === "switch") {
      input = h("input", { type: "checkbox", change: () => turn(lever, input.checked ? 1 : 0) });
      row = h("label", { class: "lever switch" }, input, h("span", {}, lever.label));
    } else {
      value = h("output", { class: "value" });
      input = h("input", { type: "range", min: 0, max: lever.options.length - 1, step: 1, "aria-label": name,
        input: () => slide(Number(input.value)),
        // JupyterLab takes the arrow keys from a slider, so the panel moves it.
        keydown: (event) => {
          const at = Number(input.value), last = lever.options.length - 1, far = Math.max(1, Math.round(last / 5));
          const next = { ArrowRight: at + 1, ArrowUp: at + 1, ArrowLeft: at - 1, ArrowDown: at - 1, PageUp: at + far, PageDown: at - far, Home: 0, End: last }[event.key];
          if (next === undefined) return;
          event.preventDefault();
          if (clamp(next, 0, last) !== at) slide(clamp(next, 0, last));
        } });
      row = h("div", { class: "lever" }, h("span", {}, lever.label), input, value);
    }
    controls.set(lever.key, { input, value, row });
    return row;
  }

  function build(hello) {
    levers = hello.levers;
    controls.clear();
    const groups = new Map();
    for (const lever of levers) groups.set(lever.group, [...(groups.get(lever.group) || []), lever]);
    const parts = [...groups].map(([group, mine], k) =>
      h("details", { class: "group", open: k < 3 }, h("summary", {}, group), mine.map(control)));
    const free = h("select", { multiple: true, size: 4, "aria-label": "Issues to join as a package" });
    controls.set("free", { input: free });
    parts.push(h("details", { class: "group" }, h("summary", {}, "Join issues"),
      h("p", { class: "hint" }, "Joined issues are settled as a package with equal weights."), free,
      h("button", { type: "button", click: () => {
        const names = [...free.selectedOptions].map((option) => option.value);
        if (names.length > 1) { joined = [...joined, names]; move(); }
      } }, "Join"),
      h("button", { type: "button", click: () => { joined = []; move(); } }, "Undo joins")));
    const pinName = h("input", { type: "text", maxlength: 60, "aria-label": "Name of the pin", placeholder: "Pin 1, Pin 2 …" });
    parts.push(h("div", { class: "actions" },
      h("button", { type: "button", click: () => { moved = {}; joined = []; levers.forEach((each) => show(each, each.start)); move(); } }, "Reset"),
      pinName,
      h("button", { type: "button", click: () => { ask({ do: "pin", name: pinName.value }); pinName.value = ""; } }, "Pin"),
      ...[["yaml", "scenario"], ["csv", "table"], ["page", "report"]].map(([form, label]) =>
        h("button", { type: "button", click: () => ask({ do: "save", form }) }, `Save ${label}`))), saved);
    const others = h("input", { type: "checkbox", change: () => ask({ do: "others", show: others.checked }) });
    controls.set("others", { input: others });
    parts.push(h("label", { class: "lever switch" }, others, h("span", {}, "Show base rates of other negotiations")));
    parts.push(h("p", { class: "hint" }, "In brackets: the value in the file, or the median of a distribution."));
    left.replaceChildren(...parts);
    levers.forEach((lever) => show(lever, lever.start));
    update(hello.state);
  }

  function update(next) {
    state = next;
    trouble.hidden = true;
    saved.replaceChildren();
    const hidden = new Set(state.hidden);
    for (const lever of levers) controls.get(lever.key).row.hidden = hidden.has(lever.key);
    controls.get("free").input.replaceChildren(...state.free.map(([name, title]) => h("option", { value: name }, title)));
    const words = state.words.length ? state.words.join("; ") : "nothing";
    said.replaceChildren(h("p", {}, `Moved: ${words}.`), ...(state.notes.length ? [h("ul", {}, state.notes.map((note) => h("li", {}, note)))] : []));
    controls.get("others").input.checked = state.reference;
    state.charts.forEach((chart, k) => draw(chart, chartPlaces[k]));
    const side = state.side_by_side;
    const table = side && h("div", { class: "wide", role: "region", tabindex: 0, "aria-label": "Table of the pins" }, h("table", {},
      h("caption", {}, side.caption),
      h("thead", {}, h("tr", {}, side.heads.map((head) => h("th", { scope: "col" }, head)))),
      h("tbody", {}, side.rows.map(([title, ...cells]) => h("tr", {}, h("th", { scope: "row" }, title), cells.map((text) => h("td", { class: "day" }, text)))))));
    pins.replaceChildren(...(table ? [table] : []), ...state.pins.map((pin, k) => h("section", { class: "pin", "aria-label": pin.name },
      h("h4", {}, h("span", { class: `swatch line pin${k % 4}`, "aria-hidden": "true" }), pin.name, " ",
        h("button", { type: "button", "aria-label": `Unpin ${pin.name}`, click: () => ask({ do: "unpin", name: pin.name }) }, "Unpin"),
        h("button", { type: "button", "aria-label": `Restore ${pin.name}`, click: () => restore(pin) }, "Restore")),
      h("p", { class: "hint" }, pin.words.length ? pin.words.join("; ") : "nothing moved"),
      h("p", {}, prose(`Now against ${pin.name}: ${pin.verdict}`)),
      h("ul", {}, pin.issues.map((text) => h("li", {}, prose(text)))))));
    changed(state);
  }

  function restore(to) {
    moved = { ...to.moved };
    joined = to.joined.map((names) => [...names]);
    levers.forEach((lever) => show(lever, moved[lever.key] ?? lever.start));
    move();
  }

  function answer(found) {
    clearTimeout(silence);
    if (trouble.textContent === UNANSWERED) trouble.hidden = true;
    if (found.what === "levers") build(found);
    else if (found.what === "wait") said.textContent = found.text;
    else if (found.what === "state" && levers.length) { // before the levers came, a state is that of an earlier panel
      free();
      if (waiting) move();
      update(found); // while a slider is dragged, its picture follows
    } else if (found.what === "error") {
      free();
      tell(found.text);
      if (waiting) move();
    } else if (found.what === "file") save(found.name, found.text, saved);
  }
  model.on("msg:custom", answer);
  ask({ do: "hello" });
  return { ask, restore, state: () => state };
}

let lastFile = "";
/** Save a file, and show a link to it: a browser may refuse a download that comes long after its click. */
function save(name, text, place) {
  URL.revokeObjectURL(lastFile);
  lastFile = URL.createObjectURL(new Blob([text], { type: "application/octet-stream" }));
  const link = h("a", { href: lastFile, download: name }, name);
  place.replaceChildren("Ready: ", link);
  link.click();
}
