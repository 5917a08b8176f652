// How many candidates each stage let through, and why it rejected the others.
function showFunnel({ funnel, stages }) {
  const body = bodyOf("funnel");
  if (!funnel.generated) return body.append(empty("No candidates yet: the run has only begun."));
  const step = (name, left, rejected, note) => el("li.step",
    el("span.name", data(name)),
    el("span.track", { "aria-hidden": "true" },
      meter(left / funnel.generated, "pass"), meter(rejected / funnel.generated, "fail")),
    el("span.value", el("b", count(left)), note && el("small", note)));
  const lost = (rejected) => (rejected ? `−${count(rejected)} rejected` : "none rejected");
  body.append(el("ol.funnel",
    step("proposed", funnel.generated, 0, ""),
    funnel.stages.map(({ stage, left, rejected }) => step(`passed ${stage}`, left, rejected, lost(rejected))),
    step("verified", funnel.verified + funnel.surplus, 0, `${percent((funnel.verified + funnel.surplus) / funnel.generated)} of all`)));
  if (funnel.surplus) body.append(el("p.note", `${count(funnel.surplus)} of them lie beyond the target: kept, but not exported.`));
  if (funnel.pending) body.append(el("p.note", `${count(funnel.pending)} passed so far and wait for an earlier draw.`));
  if (!stages.length) body.append(el("p.note", "The run names no stages."));
}

function showRejections({ funnel }) {
  const body = bodyOf("rejections");
  if (!funnel.reasons.length) return body.append(empty(funnel.generated ? "No rejections yet: every candidate passed." : "No rejections yet."));
  const most = funnel.reasons[0][1], all = funnel.generated;
  body.append(el("ul.reasons", funnel.reasons.map(([reason, number, examples]) => el("li", el("details",
    el("summary",
      el("span.name", data(reason)),
      el("span.track", { "aria-hidden": "true" }, meter(number / most, "fail")),
      el("span.value", el("b", count(number)), el("small", `${percent(number / all)} of all`))),
    el("div.examples",
      examples.map(([row, query, detail]) => el("a.example", { href: address({ reason, row }) }, data(query, "strong"), detail && data(detail))),
      el("p", el("a", { href: address({ reason }) }, `All ${count(number)} of them`))))))));
}
