const pictures = [...document.querySelectorAll(".flow svg")];
const nodes = [...document.querySelectorAll(".flow .node")];
const ways = [...document.querySelectorAll(".flow .way")];
const tools = document.getElementById("tools");
const about = document.getElementById("about");
let zoom = 1;
// What stays marked while the pointer wanders: nodes, and the way of a message in order.
let kept = [new Set(), []];

function anchorOf(node) {
  return node.getAttribute("href").slice(1);
}

function cardOf(anchor) {
  return document.getElementById(anchor).closest(".card");
}

function mark(picked, path) {
  const along = new Set(path.slice(1).map((to, at) => `${path[at]} ${to}`));
  const near = new Set(picked);
  for (const way of ways) {
    const { from, to } = way.dataset;
    const joined = path.length ? along.has(`${from} ${to}`) : picked.has(from) || picked.has(to);
    way.classList.toggle("picked", joined);
    if (joined) {
      near.add(from).add(to);
    }
  }
  for (const node of nodes) {
    node.classList.toggle("picked", picked.has(anchorOf(node)));
    node.classList.toggle("faded", picked.size > 0 && !near.has(anchorOf(node)));
  }
  ways.forEach((way) => way.classList.toggle(
    "faded", picked.size > 0 && !way.classList.contains("picked")));
}

function keep(picked, path) {
  kept = [picked, path];
  mark(...kept);
}

// The numbers of the list beside the picture, on the nodes.
function number(steps) {
  document.querySelectorAll(".node .step").forEach((step) => step.remove());
  for (const node of nodes) {
    const passed = steps.flatMap((step, at) => (step === anchorOf(node) ? [at + 1] : []));
    if (passed.length) {
      const step = document.createElementNS(node.namespaceURI, "text");
      step.setAttribute("class", "step");
      step.setAttribute("x", "4");
      step.setAttribute("y", "-4");
      step.textContent = passed.join(", ");
      node.append(step);
    }
  }
}

function close() {
  keep(new Set(), []);
  number([]);
  about.replaceChildren();
}

function showNode(anchor, finding) {
  const node = nodes.find((each) => anchorOf(each) === anchor);
  const card = cardOf(anchor);
  const steps = finding ? finding.steps.map(([, , step]) => step) : [];
  const way = steps.filter(Boolean);
  keep(new Set([anchor, ...way]), way);
  number(steps);
  if (card) {
    const copy = card.cloneNode(true);
    copy.querySelector("[id]").removeAttribute("id");
    copy.open = true;
    const button = make("button", { type: "button" }, "Close");
    button.addEventListener("click", close);
    about.replaceChildren(button, ...(finding ? path(finding, "h3") : []), copy);
  }
  if (node) {
    node.closest("details").open = true;
    node.scrollIntoView({ block: "center", inline: "center" });
    node.focus({ preventScroll: true });
  } else if (card) {
    // The picture has one node for many: its place is in the words.
    card.closest(".nodes").open = true;
    card.open = true;
    card.scrollIntoView({ block: "center" });
  }
}

function resize(factor) {
  zoom = Math.min(4, Math.max(0.25, factor));
  for (const picture of pictures) {
    picture.setAttribute("width", picture.viewBox.baseVal.width * zoom);
    picture.setAttribute("height", picture.viewBox.baseVal.height * zoom);
  }
  document.getElementById("zoom").textContent = `${Math.round(zoom * 100)} %`;
}

function search(text) {
  const wanted = text.trim().toLowerCase();
  const hits = wanted
    ? nodes.filter((node) => node.querySelector("title").textContent.toLowerCase().includes(wanted)) : [];
  keep(new Set(hits.map(anchorOf)), []);
  document.getElementById("hits").textContent = wanted ? `${hits.length} found` : "";
  if (hits.length) {
    hits[0].closest("details").open = true;
    hits[0].scrollIntoView({ block: "nearest", inline: "center" });
  }
}

function drag(box) {
  let from = null;
  box.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse" && event.button === 0) {
      from = { x: event.clientX + box.scrollLeft, y: event.clientY + box.scrollTop };
    }
  });
  window.addEventListener("pointermove", (event) => {
    if (from) {
      box.scrollTo(from.x - event.clientX, from.y - event.clientY);
    }
  });
  window.addEventListener("pointerup", () => { from = null; });
  box.addEventListener("dragstart", (event) => event.preventDefault());
}

if (tools) {
  tools.hidden = false;
  resize(innerWidth < 640 ? 0.5 : 1);
  tools.addEventListener("click", (event) => {
    const action = event.target.dataset.zoom;
    if (action) {
      resize({ in: zoom * 1.25, out: zoom / 1.25, whole: 1 }[action]);
    }
  });
  document.getElementById("seek").addEventListener("input", (event) => search(event.target.value));
  document.querySelectorAll(".stage").forEach(drag);
  about.addEventListener("click", (event) => {
    const neighbour = event.target.closest("a[href^='#n']");
    if (neighbour) {
      event.preventDefault();
      showNode(anchorOf(neighbour));
    }
  });
  for (const node of nodes) {
    node.addEventListener("click", (event) => {
      const anchor = anchorOf(node);
      if (cardOf(anchor)) {
        event.preventDefault();
        showNode(anchor);
      }
    });
    node.addEventListener("pointerenter", () => mark(new Set([anchorOf(node)]), []));
    node.addEventListener("pointerleave", () => mark(...kept));
  }
  document.querySelector(".architecture").addEventListener("keydown", (event) => {
    const action = { "+": zoom * 1.25, "-": zoom / 1.25, 0: 1 }[event.key];
    if (action && event.target.tagName !== "INPUT") {
      resize(action);
    } else if (event.key === "Escape") {
      close();
    }
  });
}
