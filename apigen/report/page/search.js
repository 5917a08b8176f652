// What every row is searched by, in memory: its kind, its APIs and its text in small letters.
class Search {
  constructor(figures) {
    this.figures = figures;
    this.rows = [];
    this.texts = [];
    this.loading = null;
    this.kinds = figures.kinds.map(([style, strategy, model, outcome]) => ({ style, strategy, model, outcome }));
  }

  get done() {
    return this.rows.length === this.figures.rows;
  }

  // Reads part after part, and says after each how far it is.
  load(told) {
    this.loading ||= this.read(told);
    return this.loading;
  }

  async read(told) {
    for (let part = 0; part < this.figures.searched.length; part++) {
      for (const row of await unpacked(`searched-${part}`)) {
        this.rows.push(row);
        this.texts.push(`${row[4]}\n${row[5]}`.toLowerCase());
      }
      told();
    }
  }

  // The numbers of the rows that have all words of `q` and are of the kinds and APIs wanted.
  find(wanted) {
    const kinds = this.kinds.map((kind) => isOfKind(kind, wanted));
    const apis = this.apisWanted(wanted);
    const draw = /^#\d+$/.test(wanted.q.trim()) ? Number(wanted.q.trim().slice(1)) : null;
    const words = draw === null ? wanted.q.toLowerCase().split(/\s+/).filter(Boolean) : [];
    const found = [];
    for (let at = 0; at < this.rows.length; at++) {
      const row = this.rows[at];
      if (!kinds[row[2]] || (draw !== null && row[0] !== draw)) continue;
      if (apis && !row[3].some((api) => apis.has(api))) continue;
      if (words.every((word) => this.texts[at].includes(word))) found.push(at);
    }
    return found;
  }

  apisWanted({ api, category }) {
    if (!api && !category) return null;
    const text = api.toLowerCase(), numbers = new Set();
    const exact = this.figures.apis.some((one) => one.name === api);
    this.figures.apis.forEach((one, number) => {
      const named = exact ? one.name === api : one.name.toLowerCase().includes(text);
      if (named && (!category || one.category === category)) numbers.add(number);
    });
    return numbers;
  }
}

const stageOf = (outcome) => outcome.split(":")[0];
const isRejected = (outcome) => !["verified", "surplus", "pending"].includes(outcome);

function isOfKind(kind, wanted) {
  for (const key of ["style", "strategy", "model"]) if (wanted[key] && kind[key] !== wanted[key]) return false;
  if (wanted.reason && kind.outcome !== wanted.reason) return false;
  if (!wanted.stage) return true;
  if (wanted.stage === "rejected") return isRejected(kind.outcome);
  return isRejected(kind.outcome) ? stageOf(kind.outcome) === wanted.stage : kind.outcome === wanted.stage;
}
