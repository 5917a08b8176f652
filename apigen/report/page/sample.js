// One candidate: its query, calls and results beside its verdicts and the raw text.
function showSample(figures, kind, row) {
  const rejected = isRejected(kind.outcome);
  const about = [`draw ${row.draw}`, `candidate ${row.position + 1}`, kind.style, kind.strategy, kind.model].filter(Boolean);
  return [
    el("header",
      el(`p.outcome.${rejected ? "fail" : "pass"}`, rejected ? "✗ " : "✓ ", data({ surplus: "verified, beyond the target", pending: "passed so far, waiting for an earlier draw" }[kind.outcome] ?? kind.outcome)),
      el("p.about", data(about.join(" · ")))),
    el("div.halves",
      el("div",
        part("Query", row.query ? data(row.query, "blockquote") : empty("None could be read from the reply.")),
        row.manner && part("Wording asked for", data(row.manner, "p")),
        row.calls.length > 0 && part(row.calls.length > 1 ? "Calls and results" : "Call and result", row.calls.map(callBox)),
        row.final && part("Final answer", data(row.final, "blockquote")),
        row.answer && part("Answer in words: no call is right", data(row.answer, "blockquote")),
        row.meant.length > 0 && part(row.withheld ? `Written from, without ${row.withheld}` : "Written from a call of an API that is not offered", row.meant.map(callBox)),
        part("APIs", apiList(figures, "offered", row.offered), apiList(figures, "hidden", row.hidden), apiList(figures, "shown to solvers too", row.distractors))),
      el("div",
        part("Verdicts", verdictList(figures.stages, row.verdicts)),
        part("Raw reply", data(row.raw, "pre")))),
  ];
}

const part = (title, ...children) => el("section", el("h3", data(title)), ...children);

function callBox({ name, arguments: values, result }) {
  const rows = values.map(([key, text]) => el("div", el("dt", data(key)), el("dd", data(text))));
  return el("div.call",
    el("p.name", data(name)),
    rows.length ? el("dl", rows) : el("p.note", "without arguments"),
    result && el(result.error ? "div.result.fail" : "div.result",
      el("span.unseen", result.error ? "Error: " : "Result: "), el("span", { "aria-hidden": "true" }, result.error ? "✗ " : "→ "),
      data(result.error ? `${result.error}: ${result.text}` : result.text),
      el("small", duration(result.seconds))),
    result === null && el("p.note", "It was not executed."));
}

function verdictList(stages, verdicts) {
  const said = new Set(verdicts.map((verdict) => verdict.stage));
  const missed = stages.filter((stage) => !said.has(stage));
  return el("ol.verdicts",
    verdicts.map(({ stage, passed, reason, detail, answer }) => el(passed ? "li.pass" : "li.fail",
      el("b", passed ? "✓ " : "✗ ", data(passed ? stage : reason || stage), el("span.unseen", passed ? " passed" : " rejected it")),
      detail && !answer && data(detail, "p"),
      answer && el("div", el("p.note", answer.length ? "A blind solver would call:" : "A blind solver would call nothing."), answer.map(callBox),
        detail && el("details", el("summary", "In its words"), data(detail, "p"))))),
    missed.map((stage) => el("li.missed", "– ", data(stage), " not reached")));
}

function apiList(figures, title, names) {
  if (!names.length) return null;
  const known = new Map(figures.apis.map((api) => [api.name, api]));
  return el("div.offered", el("h4", title), names.map((name) => {
    const api = known.get(name) || { description: "", parameters: [] };
    return el("details", el("summary", data(name)), data(api.description, "p"),
      el("ul", api.parameters.map(([key, type, required]) => el("li", data(`${key}${required ? "" : "?"}`, "b"), ": ", data(type)))));
  }));
}
