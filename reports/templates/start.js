"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const SEVERITIES = ["critical", "high", "medium", "low", "info"];
const SHAPES = { critical: "\u25c6", high: "\u25b2", medium: "\u25a0", low: "\u25cf", info: "\u25cb" };
const TEXTS = [
  "rule", "severity", "outcome", "confidence", "type", "resource", "arn", "account", "region",
  "path", "property", "when", "accepted",
];
const SAID = ["message", "evidence", "related", "excerpt"];
// Texts have it where the name of the finding's resource stands.
const NAME = "\ue000";

function textAt(number) {
  return number === null ? "" : data.texts[number];
}

function columnsAt(number) {
  const finding = { number, ...data.same };
  for (const name in data.columns) {
    finding[name] = data.columns[name][number];
  }
  return finding;
}

const findings = Array.from({ length: data.count }, (_, number) => {
  const finding = columnsAt(number);
  TEXTS.forEach((name) => { finding[name] = textAt(finding[name]); });
  const said = (text) => data.texts[text].replaceAll(NAME, finding.resource);
  SAID.forEach((name) => {
    finding[name] = Array.isArray(finding[name]) ? finding[name].map(said) : said(finding[name]);
  });
  const rule = data.rules[finding.rule];
  finding.name = rule.name;
  finding.category = rule.category;
  const words = finding.type.split("::");
  finding.service = words.length === 3 ? words[1] : finding.type;
  finding.state = finding.accepted ? "accepted" : finding.outcome;
  finding.rank = SEVERITIES.indexOf(finding.severity);
  return finding;
});
const byFingerprint = new Map(findings.map((finding) => [finding.fingerprint, finding]));

// All text enters the page here, and only as text.
function make(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties || {})) {
    if (name in element) {
      element[name] = value;
    } else {
      element.setAttribute(name, value);
    }
  }
  element.append(...children);
  return element;
}

function badge(severity) {
  return make("span", { className: `badge ${severity}` },
    make("span", { ariaHidden: "true" }, SHAPES[severity]), ` ${severity}`);
}

function placeOf(finding) {
  if (finding.path) {
    return `${finding.path}:${finding.line}:${finding.column}`;
  }
  return [finding.account, finding.region].filter(Boolean).join(" ");
}
