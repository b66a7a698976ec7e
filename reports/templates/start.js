"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const SEVERITIES = ["critical", "high", "medium", "low", "info"];
const SHAPES = { critical: "\u25c6", high: "\u25b2", medium: "\u25a0", low: "\u25cf", info: "\u25cb" };
const TEXTS = new Set([
  "rule", "severity", "outcome", "confidence", "type", "resource", "arn", "account", "region",
  "path", "property", "when", "accepted",
]);
const findings = data.rows.map((row, number) => {
  const finding = { number };
  data.columns.forEach((column, index) => {
    const value = row[index];
    finding[column] = TEXTS.has(column) ? (value === null ? "" : data.texts[value]) : value;
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
