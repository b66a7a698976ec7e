const detail = document.getElementById("detail");

function code(label, lines, copied) {
  const pre = make("pre", { className: "fix", tabIndex: 0, ariaLabel: label }, lines);
  return [copyButton(copied || lines, label), pre];
}

function copyButton(text, label) {
  const button = make("button", { type: "button", className: "copy" }, `Copy ${label}`);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Copying is not allowed here";
    }
  });
  return button;
}

function suppression(finding) {
  if (!finding.deployed) {
    return `Metadata:\n  msgaudit:\n    ignore:\n      - id: ${finding.rule}\n`
      + "        reason: say why this is fine\n";
  }
  return `msgaudit:ignore = ${finding.rule}\nmsgaudit:ignore-reason = say why this is fine\n`;
}

function facts(finding) {
  const known = [
    ["When", finding.when], ["Property", finding.property], ["Account", finding.account],
    ["Region", finding.region], ["Confidence", finding.confidence],
    ["Accepted by", finding.accepted], ...finding.related.map((text) => ["Related", text]),
  ];
  return make("dl", {}, ...known.filter(([, value]) => value).map(
    ([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value))));
}

function path(finding, heading) {
  if (!finding.steps.length) {
    return [];
  }
  return [make(heading, {}, "The way of the message"),
    make("ol", { className: "steps" }, ...finding.steps.map(
      ([id, text]) => make("li", {}, make("b", {}, textAt(id)), `: ${textAt(text)}`)))];
}

function paragraphs(text) {
  return text.split("\n\n").map((part) => make("p", {}, part.replace(/\s+/g, " ")));
}

function openDetail(finding) {
  if (!finding) {
    detail.replaceChildren(make("p", { className: "muted" }, "Choose a finding to see all about it."));
    return;
  }
  const rule = data.rules[finding.rule];
  const head = make("h3", {}, badge(finding.severity), ` ${finding.message}`);
  const where = make("p", { className: "where" }, make("b", {}, finding.resource), " ",
    make("span", {}, finding.type), " ", make("code", { className: "place" }, placeOf(finding)));
  const parts = [head, where];
  if (finding.arn) {
    parts.push(copyButton(finding.arn, "ARN"));
  }
  if (finding.node) {
    const button = make("button", { type: "button" }, "Show in the picture");
    button.addEventListener("click", () => showNode(finding.node, finding));
    parts.push(button);
  }
  if (finding.excerpt.length) {
    const [before, inside, after] = finding.excerpt;
    parts.push(make("pre", { className: "excerpt", tabIndex: 0, ariaLabel: "Source" },
      make("span", { className: "line" }, String(finding.line)), before,
      make("mark", {}, inside), after));
  }
  if (finding.evidence.length) {
    parts.push(make("ul", { className: "evidence" },
      ...finding.evidence.map((fact) => make("li", {}, fact))));
  }
  parts.push(...path(finding, "h4"), facts(finding),
    make("h4", {}, "Why it matters"), ...paragraphs(rule.why),
    make("h4", {}, "How to fix it"), ...code("fix", rule.fix),
    make("h4", {}, "To accept it"), ...code("suppression", suppression(finding)),
    make("p", { className: "guide" }, `Guide: ${rule.guide}. Rule ${finding.rule} ${rule.name}.`));
  detail.replaceChildren(...parts);
}
