/** Where the names of pins stand: near their pin, over no other name, inside the picture, and beside what they name. */

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface Anchor {
  /** Pixels: where the pin's top is. */
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Placed {
  /** Pixels: upper left corner. */
  left: number;
  top: number;
}

const GAP = 5;
/** What a pixel of distance costs, against a pixel of area of another name, or of what is drawn. */
const [PER_DISTANCE, PER_NAME, PER_DRAWN] = [14, 100, 3];

/** Place one label for every anchor; those lower in the picture, and so nearer, come first. Controls have their place `taken`. */
export function placeLabels(anchors: readonly Anchor[], frame: { width: number; height: number }, drawn: readonly Box[] = [], taken: readonly Box[] = []): Placed[] {
  const placed: Box[] = [...taken];
  const answer: Placed[] = anchors.map(() => ({ left: 0, top: 0 }));
  const order = anchors.map((_, index) => index).sort((a, b) => (anchors[b] as Anchor).y - (anchors[a] as Anchor).y || a - b);
  for (const index of order) {
    const anchor = anchors[index] as Anchor;
    const best = candidates(anchor, frame).reduce((a, b) => (cost(b, anchor, placed, drawn) < cost(a, anchor, placed, drawn) ? b : a));
    placed.push(best);
    answer[index] = { left: best.left, top: best.top };
  }
  return answer;
}

/** How bad a place is: far from its pin, over another name, or over what is drawn. */
function cost(box: Box, anchor: Anchor, placed: readonly Box[], drawn: readonly Box[]): number {
  const dx = Math.max(0, box.left - anchor.x, anchor.x - box.left - box.width);
  const dy = Math.max(0, box.top - anchor.y, anchor.y - box.top - box.height);
  const area = (others: readonly Box[], gap: number): number => others.reduce((sum, other) => sum + overlap(box, other, gap), 0);
  return Math.hypot(dx, dy) * PER_DISTANCE + area(placed, GAP) * PER_NAME + area(drawn, 0) * PER_DRAWN;
}

/** Rows above and below the pin, and places to both sides of it, each kept inside the frame. */
function candidates(anchor: Anchor, frame: { width: number; height: number }): Box[] {
  const { x, y, width, height } = anchor;
  const lefts = [x - width / 2, x - width * 0.25, x - width * 0.75, x - width + 16, x - 16, x - width - 20, x + 20, x - width - 48, x + 48, x - width - 84, x + 84];
  const out: Box[] = [];
  for (let row = -6; row <= 4; row++) {
    const top = row < 0 ? y - 10 - height + (row + 1) * (height * 0.6 + GAP) : y - height / 2 + row * (height * 0.6 + GAP);
    for (const left of lefts) {
      out.push({
        left: Math.min(frame.width - width - GAP, Math.max(GAP, left)),
        top: Math.min(frame.height - height - GAP, Math.max(GAP, top)),
        width,
        height,
      });
    }
  }
  return out;
}

function overlap(a: Box, b: Box, gap: number): number {
  const across = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left) + gap;
  const down = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top) + gap;
  return across > 0 && down > 0 ? across * down : 0;
}
