// The browser of samples: filters above, what they find on the left, one sample on the right. The address has all of it.
const KEYS = ["q", "stage", "reason", "style", "strategy", "category", "model", "api"];

// The address of the samples that are wanted so, perhaps with one of them open.
function address(wanted) {
  const parts = new URLSearchParams();
  for (const [key, value] of Object.entries(wanted)) if (value !== "" && value !== null && value !== undefined) parts.set(key, value);
  return parts.size ? `#samples?${parts}` : "#samples";
}

class Browser {
  constructor(figures) {
    this.figures = figures;
    this.search = new Search(figures);
    this.rows = new Rows(figures.shown);
    this.list = new List(this.search, (row, opened) => this.go({ ...this.wanted, row }, opened));
    this.wanted = Object.fromEntries(KEYS.map((key) => [key, ""]));
    this.fields = this.makeFields();
  }

  // Fills in the filters and the row that an address names, and shows what they find.
  open(parts) {
    for (const key of KEYS) this.wanted[key] = parts.get(key) || "";
    this.offerReasons();
    for (const key of KEYS) if (this.fields[key].value !== this.wanted[key]) this.fields[key].value = this.wanted[key];
    const row = parts.has("row") ? Number(parts.get("row")) : undefined;
    const before = this.reading(row !== undefined);
    this.search.load(() => !byId("samples").hidden && this.refresh(row));
    this.refresh(row);
    if (before && row === undefined) {
      this.list.mark();
      byId("list").focus({ preventScroll: true });
    }
  }

  // On a phone the sample takes the list's place. Says whether it had it before.
  reading(now) {
    const classes = byId("samples").classList, before = classes.contains("reading");
    classes.toggle("reading", now);
    if (now && !before && getComputedStyle(byId("found")).display === "none") scrollTo(0, 0);
    return before;
  }

  go(wanted, opened = false) {
    history[opened ? "pushState" : "replaceState"](null, "", address(wanted));
    if (opened) this.reading(true);
    this.read(wanted.row);
  }

  refresh(row) {
    const { figures, search, list } = this;
    const found = search.find(this.wanted), asked = address(this.wanted), same = asked === this.asked;
    this.asked = asked;
    list.show(found, row === undefined && same ? list.row : row);
    const some = figures.rows < figures.candidates ? ` (${count(figures.rows)} of the run's ${count(figures.candidates)} are in this page)` : "";
    byId("count").textContent = !figures.rows ? "" : search.done ? `${many(found.length, "sample")} of ${count(figures.rows)}${some}` : `${count(found.length)} so far …`;
    if (!found.length && search.done) {
      byId("list").replaceChildren();
      byId("sample").replaceChildren(this.nothing());
      this.shown = undefined;
    } else if (found.length) this.read(row === undefined ? list.row : row);
  }

  nothing() {
    if (!this.figures.candidates) return empty("No candidates yet: the run has only begun.");
    if (!this.figures.rows) return empty("This page was written without samples.");
    return el("p.empty", "Nothing is like that. ", el("a", { href: "#samples" }, "Clear the filters"));
  }

  async read(row) {
    if (!(row >= 0 && row < this.figures.rows) || row === this.shown) return;
    this.shown = row;
    const whole = await this.rows.row(row);
    if (this.shown !== row) return;
    const back = el("button.back", { type: "button", click: () => { location.hash = address(this.wanted); } }, "← Back to the list");
    byId("sample").replaceChildren(back, ...showSample(this.figures, this.search.kinds[whole.kind], whole));
    byId("sample").scrollTop = 0;
    byId("sample").dataset.row = row;
  }

  change() {
    for (const key of KEYS) this.wanted[key] = this.fields[key].value;
    if (this.wanted.reason && this.wanted.stage && stageOf(this.wanted.reason) !== this.wanted.stage && this.wanted.stage !== "rejected") this.wanted.reason = "";
    this.offerReasons();
    history.replaceState(null, "", address(this.wanted));
    this.refresh();
  }

  // What was typed a moment ago is looked for now.
  settle() {
    if (!this.timer) return;
    clearTimeout(this.timer);
    this.timer = 0;
    this.change();
  }

  makeFields() {
    const { kinds } = this.search, apis = this.figures.apis;
    const values = (key) => [...new Set(kinds.map((kind) => kind[key]))].filter(Boolean).sort();
    const stages = [...new Set(kinds.map((kind) => kind.outcome).filter(isRejected).map(stageOf))];
    const outcomes = [["", "any"], ["verified", "verified"], ...(kinds.some((kind) => kind.outcome === "surplus") ? [["surplus", "verified, beyond the target"]] : []),
      ...(kinds.some((kind) => kind.outcome === "pending") ? [["pending", "waiting for an earlier draw"]] : []),
      ...(stages.length ? [["rejected", "rejected"]] : []), ...stages.map((stage) => [stage, `rejected by ${stage}`])];
    const some = (key) => [["", "any"], ...values(key).map((value) => [value, value])];
    const later = () => { clearTimeout(this.timer); this.timer = setTimeout(() => this.settle(), 120); };
    const choice = (name, key, options) => [key, name, el("select", { id: `by-${key}`, change: () => this.change() }, options.map(([value, text]) => el("option", { value }, text)))];
    const fields = [
      ["q", "Search", el("input", { id: "by-q", type: "search", placeholder: "words, or #draw", autocomplete: "off", spellcheck: "false", input: later })],
      choice("Stage", "stage", outcomes), choice("Reason", "reason", [["", "any"]]), choice("Style", "style", some("style")),
      choice("Strategy", "strategy", some("strategy")),
      choice("Category", "category", [["", "any"], ...[...new Set(apis.map((api) => api.category))].sort().map((name) => [name, name])]),
      choice("Model", "model", some("model")),
      ["api", "API", el("input", { id: "by-api", type: "search", list: "apis", placeholder: "any", autocomplete: "off", spellcheck: "false", input: later })],
    ];
    byId("filters").append(...fields.map(([key, name, field]) => el(`label.${key}`, el("span", name), field)),
      el("datalist", { id: "apis" }, apis.map((api) => el("option", { value: api.name }))), el("a.clear", { href: "#samples" }, "Clear"));
    byId("filters").addEventListener("submit", (event) => event.preventDefault());
    return Object.fromEntries(fields.map(([key, , field]) => [key, field]));
  }

  offerReasons() {
    const { stage, reason } = this.wanted;
    const reasons = [...new Set(this.search.kinds.map((kind) => kind.outcome).filter(isRejected))].sort();
    const fitting = reasons.filter((one) => !stage || stage === "rejected" || stageOf(one) === stage || one === reason);
    this.fields.reason.replaceChildren(el("option", { value: "" }, "any"), ...fitting.map((one) => el("option", { value: one }, one)));
    this.fields.reason.value = reason;
  }
}
