const DEFAULTS = {
  q: "", severity: SEVERITIES.join(","), outcome: "violation", category: "", service: "", rule: "",
  account: "", region: "", sort: "severity", group: "none", theme: "", f: "",
};
const root = document.documentElement;
const controls = document.getElementById("controls");
const boxes = [...controls.querySelectorAll("input[name=severity]")];
const theme = document.getElementById("theme");
let state = { ...DEFAULTS };

function fromUrl() {
  const hash = location.hash.slice(1);
  const read = { ...DEFAULTS, theme: state.theme };
  if (hash.startsWith("f-")) {
    read.f = hash.slice(2);
  } else if (Object.hasOwn(data.rules, hash)) {
    read.rule = hash;
  } else if (hash.includes("=")) {
    for (const [key, value] of new URLSearchParams(hash)) {
      if (key in DEFAULTS) {
        read[key] = value;
      }
    }
  } else {
    return null;
  }
  return read;
}

function toUrl() {
  const pairs = Object.entries(state).filter(([key, value]) => value !== DEFAULTS[key]);
  history.replaceState(null, "", `#${new URLSearchParams(pairs) || "all="}`);
}

function change(part) {
  const listed = Object.keys(part).some((key) => !["f", "theme"].includes(key));
  state = { ...state, ...part };
  toUrl();
  apply(listed, "f" in part);
}

function apply(listed, opened) {
  root.dataset.theme = state.theme;
  theme.textContent = `Theme: ${state.theme || "as the system"}`;
  if (listed) {
    show(state);
  }
  if (opened) {
    openDetail(byFingerprint.get(state.f));
  }
}

function fill() {
  for (const field of controls.querySelectorAll("select, input[type=search]")) {
    field.value = state[field.name];
  }
  const severities = state.severity.split(",");
  boxes.forEach((box) => { box.checked = severities.includes(box.value); });
}

function options() {
  for (const select of controls.querySelectorAll("select[data-values]")) {
    const values = [...new Set(findings.map((finding) => finding[select.name]))];
    values.filter(Boolean).sort().forEach((value) => {
      const title = select.name === "rule" ? `${value} ${data.rules[value].name}` : value;
      select.append(make("option", { value }, title));
    });
    select.closest("label").hidden = values.filter(Boolean).length < 2;
  }
}

function load() {
  const read = fromUrl();
  if (!read) {
    return;
  }
  state = read;
  const wanted = byFingerprint.get(state.f);
  if (wanted && !chosen(state).includes(wanted)) {
    // A link to a finding leads there whatever hides it.
    state = { ...DEFAULTS, theme: state.theme, f: state.f, outcome: wanted.state };
  }
  fill();
  apply(true, true);
  const position = items.findIndex((item) => item.fingerprint === state.f);
  if (position >= 0) {
    reveal(position);
    draw();
  }
  if (Object.keys(DEFAULTS).some((key) => key !== "theme" && state[key] !== DEFAULTS[key])) {
    document.getElementById("findings").scrollIntoView();
  }
}

controls.addEventListener("input", (event) => {
  const field = event.target;
  if (field.name === "severity") {
    change({ severity: boxes.filter((box) => box.checked).map((box) => box.value).join(",") });
  } else {
    change({ [field.name]: field.value });
  }
});
document.getElementById("reset").addEventListener("click", () => {
  change({ ...DEFAULTS, theme: state.theme, f: state.f });
  fill();
});
theme.addEventListener("click", () => {
  change({ theme: { "": "dark", dark: "light", light: "" }[state.theme] });
});
window.addEventListener("hashchange", load);
window.addEventListener("resize", () => requestAnimationFrame(draw));
root.classList.add("js");
options();
fill();
apply(true, true);
load();
