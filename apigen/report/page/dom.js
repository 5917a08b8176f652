// Elements are made here and nowhere else: whatever comes from data becomes a text node, an attribute or a style, never markup.
const SVG = "http://www.w3.org/2000/svg";

const byId = (id) => document.getElementById(id);

function dress(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(name, value);
    else if (name === "css") for (const [key, text] of Object.entries(value)) node.style.setProperty(key, text);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

// el("p.lead", {title: …}, "text", node, …): attributes may be left out.
function el(kind, ...rest) {
  const [tag, ...classes] = kind.split(".");
  const node = document.createElement(tag);
  if (classes.length) node.className = classes.join(" ");
  const plain = rest.length && rest[0] && rest[0].constructor === Object;
  return dress(node, plain ? rest[0] : {}, plain ? rest.slice(1) : rest);
}

function svg(tag, attributes = {}, ...children) {
  return dress(document.createElementNS(SVG, tag), attributes, children);
}

// Letters that are not seen but change what is: controls, and those that turn the text after them around.
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff]/g;
const named = (letter) => `⟨U+${letter.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`;

// A text of an LLM's or an API's: it keeps its spaces and lines, and its direction ends where it ends.
const data = (text, tag = "span") => el(`${tag}.data`, { dir: "auto" }, String(text).replace(UNSEEN, named));

const empty = (text) => el("p.empty", text);

const bodyOf = (id) => byId(id).querySelector(".body");

function table(heads, rows, caption) {
  const numbers = (at) => (heads[at].number ? "td.number" : "td");
  return el("div.scroll", { tabindex: 0, role: "region", "aria-label": caption }, el("table",
    el("thead", el("tr", heads.map((head) => el(head.number ? "th.number" : "th", { scope: "col" }, head.text)))),
    el("tbody", rows.map((row) => el("tr", row.map((cell, at) =>
      at ? el(numbers(at), cell) : el("th", { scope: "row" }, cell)))))));
}
