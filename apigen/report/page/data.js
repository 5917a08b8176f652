// The data in the page: gzipped JSON in base64, each part in an element of its own, read when it is needed.
const KEPT = 6;

async function unpacked(id) {
  const text = byId(id).textContent;
  const bytes = Uint8Array.fromBase64 ? Uint8Array.fromBase64(text) : Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

// The part that has a row: the last that starts at it or before.
function partOf(starts, row) {
  let low = 0, high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle] <= row) low = middle;
    else high = middle - 1;
  }
  return low;
}

// Whole rows, a few parts of them at a time.
class Rows {
  constructor(starts) {
    this.starts = starts;
    this.parts = new Map();
  }

  async row(number) {
    const part = partOf(this.starts, number);
    const rows = this.parts.get(part) || unpacked(`shown-${part}`);
    this.parts.delete(part);
    this.parts.set(part, rows);
    if (this.parts.size > KEPT) this.parts.delete(this.parts.keys().next().value);
    return (await rows)[number - this.starts[part]];
  }
}
