// The headline, what it cost, how varied the samples are, and the config.
const STATES = {
  open: "still going, or interrupted", done: "reached its target", short: "ended below its target", stopped: "was stopped",
};

function showHeadline(figures) {
  const { run, funnel, stats, costs, target } = figures;
  byId("store").textContent = figures.store;
  if (!run) {
    byId("title").textContent = "An empty store";
    return byId("about").append("No run has been started in it yet.");
  }
  const verified = funnel.verified + funnel.surplus;
  byId("title").append(data(figures.store), figures.runs > 1 ? ` · run ${run.id} of ${figures.runs}` : "");
  byId("about").append(el(`span.state.${run.state === "open" ? "open" : "ended"}`, STATES[run.state] || run.state),
    ` Begun ${run.started_at.slice(0, 16).replace("T", " ")} UTC, seed ${run.seed}`, figures.models.length ? ", written and judged by " : "",
    data(figures.models.join(", ")), ".");
  const sections = [...document.querySelectorAll("#overview > section[id] > h2")];
  byId("sections").append(...sections.map((title) => el("a", { href: `#${title.parentNode.id}` }, title.textContent)));
  const tile = (name, value, note) => el("div", el("dt", name), el("dd", value, note && el("small", note)));
  const near = stats.duplicates.near_rate;
  byId("tiles").append(
    tile("verified samples", count(funnel.verified), target.verified ? `of ${count(target.verified)} wanted` : funnel.surplus ? `and ${count(funnel.surplus)} beyond the target` : ""),
    tile("pass rate", funnel.generated ? percent(verified / funnel.generated) : "–", `of ${many(funnel.generated, "candidate")}`),
    tile("working time", duration(run.seconds), verified && run.seconds ? `${duration(run.seconds / verified)} a verified sample` : ""),
    costs.dollars ? tile("spent", dollars(costs.dollars), verified ? `${dollars(costs.dollars / verified)} a verified sample` : "")
      : tile("tokens", brief(costs.prompt_tokens + costs.completion_tokens), verified ? `${brief((costs.prompt_tokens + costs.completion_tokens) / verified)} a verified sample` : ""),
    tile("APIs called", stats.samples ? percent(stats.coverage.apis.share) : "–", `of ${count(stats.coverage.apis.of)}`),
    tile("near-duplicates", stats.samples ? percent(near) : "–", "of the verified queries"));
}

function showCosts({ costs, funnel }) {
  const body = bodyOf("costs"), paid = costs.dollars > 0;
  const rows = [...Object.entries(costs.stages), ["all", costs]];
  if (rows.length < 2) return body.append(empty("No replies yet."));
  const head = (text) => ({ text, number: true });
  const each = (cost, key, show) => (cost.per_verified ? show(cost.per_verified[key]) : "–");
  body.append(table(
    [{ text: "stage" }, head("replies"), head("tokens read"), head("cached"), head("written"), head("seconds"), ...(paid ? [head("dollars")] : []),
      head("tokens / verified"), head("seconds / verified"), ...(paid ? [head("dollars / verified")] : [])],
    rows.map(([name, cost]) => [name, count(cost.replies), count(cost.prompt_tokens), count(cost.cached_tokens), count(cost.completion_tokens), brief(cost.seconds),
      ...(paid ? [dollars(cost.dollars)] : []), each(cost, "tokens", brief), each(cost, "seconds", brief), ...(paid ? [each(cost, "dollars", dollars)] : [])]),
    "Cost by stage"));
  if (!funnel.generated) body.append(el("p.note", "These replies are of draws that are still open."));
}

function showVariety({ stats, stages }) {
  const body = bodyOf("variety");
  if (!stats.samples) return body.append(empty("Nothing verified yet: repeats are counted among verified samples."));
  const { duplicates: repeats, distinct, values, query_words: words, calls } = stats;
  const sizes = Object.entries(calls).filter(([size]) => size !== "mean").map(([size, number]) => `${size}: ${count(number)}`).join(", ");
  const figure = (value) => (value === null ? "–" : value.toFixed(2));
  const rows = [
    ["near-duplicate queries", percent(repeats.near_rate), repeats.near_unsettled ? `at least; ${count(repeats.near_unsettled)} unsettled` : repeats.near_of < stats.samples ? `of the first ${count(repeats.near_of)}` : "Jaccard from 0.7 on 3-grams of words"],
    ["equal queries", count(repeats.equal_queries), "the same words"],
    ["equal calls", count(repeats.equal_calls), "the same calls, in any order"],
    ["contaminated", stats.contaminated === null ? "not checked" : count(stats.contaminated), stages.includes("decontamination") ? "candidates thrown out" : "name benchmark files under decontaminate"],
    ["distinct-1, -2, -3", ["1", "2", "3"].map((size) => distinct[size].toFixed(2)).join("  "), "different n-grams of the queries' words; falls as a set grows"],
    ["words a query", count(words.median), `${words.least} to ${words.most}; 80% from ${words.p10} to ${words.p90}`],
    ["calls a sample", figure(calls.mean), sizes],
    ["entropy of values, bits", figure(values.entropy), `mean of ${many(values.arguments, "argument")}`],
    ["evenness of values", figure(values.evenness), "1 where all values come equally often"],
    ["Gini of calls by API", figure(stats.gini), "0 where all are called equally often"],
  ];
  body.append(el("p.note", `Of ${many(stats.samples, "verified sample")}.`),
    el("dl.figures", rows.map(([name, value, note]) => el("div", el("dt", name), el("dd", el("b", value), el("small", note))))));
  if (values.low.length) body.append(el("h3", "Arguments whose values vary least"), table(
    [{ text: "argument" }, { text: "uses", number: true }, { text: "bits", number: true }, { text: "evenness", number: true }],
    values.low.map((one) => [el("a", { href: address({ api: one.api }) }, data(`${one.api}.${one.argument}`)), count(one.uses), figure(one.entropy), figure(one.evenness)]), "Arguments whose values vary least"));
}

function showConfig({ run, config, stages }) {
  const body = bodyOf("config");
  if (!run) return body.append(empty("No run yet."));
  const fact = (name, value) => value !== null && el("div", el("dt", name), el("dd", data(value)));
  body.append(el("dl.facts", fact("apigen", run.apigen_version), fact("seed", run.seed), fact("clock", run.clock), fact("library", run.library_hash),
    fact("sandbox", run.sandbox_tier), fact("stages", stages.join(", "))),
    el("details", el("summary", "The config, as the store has it (keys and secrets are never stored)"), data(config, "pre")));
}
