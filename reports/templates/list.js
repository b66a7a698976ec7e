const list = document.getElementById("list");
const rows = document.getElementById("rows");
const count = document.getElementById("count");
const OVERSCAN = 6;
let items = [];
let texts = null;

// Findings come by severity, so that order costs nothing.
const ORDERS = {
  resource: (a, b) => a.resource.localeCompare(b.resource) || a.number - b.number,
  rule: (a, b) => a.rule.localeCompare(b.rule) || a.number - b.number,
  place: (a, b) => a.path.localeCompare(b.path) || a.line - b.line || a.number - b.number,
};

function textOf(finding) {
  return [
    finding.rule, finding.name, finding.message, finding.resource, finding.arn, finding.type,
    finding.path, finding.property, finding.when, finding.evidence.join(" "),
  ].join(" ").toLowerCase();
}

function prepare() {
  texts ||= findings.map(textOf);
}

function chosen(state) {
  const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length) {
    prepare();
  }
  const severities = new Set(state.severity.split(","));
  return findings.filter((finding) => severities.has(finding.severity)
    && (state.outcome === "all" || finding.state === state.outcome)
    && ["category", "service", "rule", "account", "region"].every(
      (key) => !state[key] || finding[key] === state[key])
    && words.every((word) => texts[finding.number].includes(word)));
}

function show(state) {
  const found = chosen(state);
  if (ORDERS[state.sort]) {
    found.sort(ORDERS[state.sort]);
  }
  const shown = found.length === 1 ? "1 finding" : `${found.length} findings`;
  const omitted = data.omitted ? `, ${data.omitted} more are only in the JSON report` : "";
  count.textContent = `${shown} of ${findings.length}${omitted}`;
  items = state.group === "none" ? found : grouped(found, state.group);
  document.getElementById("nothing").hidden = found.length > 0;
  list.hidden = !found.length;
  list.scrollTop = 0;
  draw();
}

function grouped(found, key) {
  const groups = new Map();
  for (const finding of found) {
    const title = key === "rule" ? `${finding.rule} ${finding.name}` : finding.resource;
    groups.set(title, [...(groups.get(title) || []), finding]);
  }
  return [...groups].flatMap(([title, members]) => [{ title, size: members.length }, ...members]);
}

function rowHeight() {
  return parseFloat(getComputedStyle(list).getPropertyValue("--row"));
}

// Only the rows in view are in the page: ten thousand of them would take seconds.
function draw() {
  const height = rowHeight();
  const first = Math.max(0, Math.floor(list.scrollTop / height) - OVERSCAN);
  const last = Math.min(items.length,
    Math.ceil((list.scrollTop + list.clientHeight) / height) + OVERSCAN);
  const focused = document.activeElement && document.activeElement.dataset.position;
  rows.style.height = `${items.length * height}px`;
  rows.replaceChildren(...items.slice(first, last).map(
    (item, index) => row(item, first + index, height)));
  const again = rows.querySelector(`[data-position="${focused}"]`);
  // One stop for the tabulator: arrow keys lead to the others, and it leads on to the details.
  const stop = rows.querySelector("[aria-current]") || again || rows.querySelector("a");
  if (stop) {
    stop.tabIndex = 0;
  }
  if (again) {
    again.focus({ preventScroll: true });
  }
}

function row(item, position, height) {
  const element = make("li", { className: item.title === undefined ? "" : "group" });
  element.setAttribute("aria-setsize", items.length);
  element.setAttribute("aria-posinset", position + 1);
  element.style.top = `${position * height}px`;
  if (item.title !== undefined) {
    element.append(make("span", {}, item.title), make("b", {}, String(item.size)));
    return element;
  }
  const link = make("a", { href: `#f=${item.fingerprint}` }, badge(item.severity),
    make("span", { className: "said" }, item.message),
    make("span", { className: "seen" }, `${item.rule} \u00b7 ${item.resource} \u00b7 ${placeOf(item)}`));
  if (item.state !== "violation") {
    link.querySelector(".badge").append(`, ${item.state}`);
  }
  link.tabIndex = -1;
  link.dataset.position = position;
  link.dataset.fingerprint = item.fingerprint;
  if (state.f === item.fingerprint) {
    link.setAttribute("aria-current", "true");
  }
  element.append(link);
  return element;
}

function reveal(position) {
  const height = rowHeight();
  const top = position * height;
  if (top < list.scrollTop) {
    list.scrollTop = top;
  } else if (top + height > list.scrollTop + list.clientHeight) {
    list.scrollTop = top + height - list.clientHeight;
  }
}

function step(by) {
  let next = Number(document.activeElement.dataset.position ?? -1) + by;
  while (items[next] && items[next].title !== undefined) {
    next += by;
  }
  if (items[next]) {
    change({ f: items[next].fingerprint });
    reveal(next);
    draw();
    rows.querySelector(`[data-position="${next}"]`).focus({ preventScroll: true });
  }
}

document.getElementById("search").addEventListener("focus", prepare);
list.addEventListener("scroll", () => requestAnimationFrame(draw));
list.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-fingerprint]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    change({ f: link.dataset.fingerprint });
    draw();
    const detail = document.getElementById("detail");
    if (detail.getBoundingClientRect().top > innerHeight * 0.8) {
      detail.scrollIntoView();
    }
  }
});
list.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    step(event.key === "ArrowDown" ? 1 : -1);
  }
});
