"use strict";

const findings = [...document.querySelectorAll(".finding")];
const groups = [...document.querySelectorAll(".rule")];
const boxes = [...document.querySelectorAll("input[name=severity]")];
const controls = document.getElementById("controls");
const search = document.getElementById("search");
const shown = document.getElementById("shown");
const nothing = document.getElementById("nothing");
const texts = new Map(findings.map((finding) => [
  finding,
  `${finding.closest(".rule").querySelector("h3").textContent} ${finding.textContent}`.toLowerCase(),
]));

function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const severities = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  let count = 0;
  for (const finding of findings) {
    const text = texts.get(finding);
    finding.hidden = !severities.has(finding.dataset.severity)
      || !words.every((word) => text.includes(word));
    count += finding.hidden ? 0 : 1;
  }
  for (const group of groups) {
    group.hidden = !group.querySelector(".finding:not([hidden])");
  }
  nothing.hidden = count > 0;
  shown.textContent = `${count} of ${findings.length} shown`;
}

// A link to a finding that the filter hides must still lead there.
function reveal() {
  const target = document.getElementById(location.hash.slice(1));
  if (target && target.closest("[hidden]")) {
    search.value = "";
    boxes.forEach((box) => { box.checked = true; });
    filter();
    target.scrollIntoView();
  }
}

if (controls) {
  controls.hidden = false;
  search.addEventListener("input", filter);
  boxes.forEach((box) => box.addEventListener("change", filter));
  window.addEventListener("hashchange", reveal);
  filter();
}
