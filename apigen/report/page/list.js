// The rows found, a page of them at a time, with one chosen.
const PAGE = 100;

class List {
  constructor(search, chose) {
    this.search = search;
    this.chose = chose;
    this.found = [];
    this.at = 0;
    this.box = byId("list");
    this.box.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.choose(Number(option.dataset.at), true);
    });
  }

  get row() {
    return this.found[this.at];
  }

  // Shows what was found, with `row` chosen where it is among it.
  show(found, row) {
    this.found = found;
    this.at = Math.max(0, found.indexOf(row));
    this.draw();
  }

  choose(at, opened = false) {
    if (at < 0 || at >= this.found.length) return;
    const turned = Math.floor(at / PAGE) !== Math.floor(this.at / PAGE);
    this.at = at;
    if (turned) this.draw();
    else this.mark();
    this.chose(this.row, opened);
  }

  step(by) {
    this.choose(Math.min(this.found.length - 1, Math.max(0, this.at + by)));
  }

  draw() {
    const first = Math.floor(this.at / PAGE) * PAGE;
    this.box.replaceChildren(...this.found.slice(first, first + PAGE).map((row, at) => this.option(row, first + at)));
    this.mark(false);
    const now = byId(`option-${this.at}`);
    this.box.scrollTop = this.at > first ? now.offsetTop - this.box.clientHeight / 3 : 0;
    this.turner(first);
  }

  option(row, at) {
    const [draw, , kind, , query] = this.search.rows[row], { style, outcome } = this.search.kinds[kind];
    const rejected = isRejected(outcome);
    return el("li", { role: "option", id: `option-${at}`, "data-at": at, "aria-selected": "false" },
      el("p", el(rejected ? "span.fail" : "span.pass", rejected ? "✗ " : "✓ "), data(query || "(nothing)")),
      el("small", `#${draw} · ${style}`, rejected && " · ", rejected && data(outcome), outcome === "surplus" && " · beyond the target", outcome === "pending" && " · waiting"));
  }

  mark(follow = true) {
    for (const old of this.box.querySelectorAll("[aria-selected=true]")) old.setAttribute("aria-selected", "false");
    const now = byId(`option-${this.at}`);
    if (!now) return this.box.removeAttribute("aria-activedescendant");
    now.setAttribute("aria-selected", "true");
    this.box.setAttribute("aria-activedescendant", now.id);
    if (follow) now.scrollIntoView({ block: "nearest" });
  }

  turner(first) {
    const pages = byId("pages"), last = Math.min(first + PAGE, this.found.length);
    if (this.found.length <= PAGE) return pages.replaceChildren();
    const turn = (text, to, off) => el("button", { type: "button", disabled: off, click: () => this.choose(to) }, text);
    pages.replaceChildren(turn("← Previous", first - PAGE, first === 0), `${count(first + 1)}–${count(last)}`,
      turn("Next →", first + PAGE, last === this.found.length));
  }
}
