"use strict";
/* The page's own small tools: elements made from text alone (nothing from the run is ever parsed as HTML), colours of
 * the present theme, and the panel that tells about one spike or decision. */
hpalab.element = (tag, attributes, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "class") element.className = value;
    else if (name === "mark") element.style.setProperty("--mark", `var(${value})`);
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined).map((child) => (child instanceof Node ? child : String(child))));
  return element;
};

hpalab.svg = (tag, attributes, ...children) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

hpalab.color = (variable) => getComputedStyle(document.documentElement).getPropertyValue(variable).trim() || "#888";

hpalab.phaseColors = {
  pending: "--pending", booting: "--booting", cold: "--cold", warm: "--warm-phase", terminating: "--terminating", gone: "--gone",
  "no endpoint": "--no-endpoint", unknown: "--other",
};

hpalab.table = (columns, rows, caption) => {
  const { element } = hpalab;
  return element("table", {}, caption ? element("caption", {}, caption) : null,
    element("thead", {}, element("tr", {}, ...columns.map((name) => element("th", { scope: "col" }, name)))),
    element("tbody", {}, ...rows.map((row) => element("tr", {}, ...row.map((value) => element("td", {}, value))))));
};

/* A table that is made when it is first opened: most readers look at the chart. */
hpalab.lazyTable = (label, columns, makeRows) => {
  const { element } = hpalab;
  const holder = element("div", { class: "scroll", tabindex: "0" });
  const details = element("details", {}, element("summary", {}, label), holder);
  details.addEventListener("toggle", () => {
    if (details.open && holder.childElementCount === 0) holder.append(hpalab.table(columns, makeRows()));
  });
  return details;
};

hpalab.key = (label, mark, shape) => hpalab.element("span", { class: "key" }, hpalab.element("i", { class: shape || "", mark }), label);

hpalab.detail = (() => {
  const panel = () => document.getElementById("detail");
  let giveBack = null;
  const close = () => {
    if (panel().hidden) return false;
    panel().hidden = true;
    if (giveBack) giveBack.focus();
    giveBack = null;
    return true;
  };
  const open = (title, facts, x, y) => {
    const { element } = hpalab;
    const list = element("dl", {}, ...facts.filter(([, value]) => value !== "").flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
    panel().replaceChildren(element("b", {}, title), list, element("p", {}, element("button", { type: "button", onclick: close }, "Close")));
    panel().hidden = false;
    panel().style.left = `${Math.max(8, Math.min(x + 12, document.documentElement.clientWidth - 360))}px`;
    panel().style.top = `${y + 12}px`;
    giveBack = document.activeElement;
    panel().querySelector("button").focus({ preventScroll: true });
  };
  return { open, close };
})();
