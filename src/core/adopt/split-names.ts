/** Names cut in two, so that few different parts make many names: `prod-eu-1` + `cart` and `prod-eu-1` + `search`. */
export interface NameSplit {
  readonly left: readonly string[];
  readonly right: readonly string[];
}

const rounds = 4;
const weightings = [
  [1, 1],
  [3, 1],
  [1, 3],
] as const;

/**
 * How much it counts that a part could be cut, though nobody did: without, `us-east` + `1-cart` stays once it was chosen, since `us-east-2` shares its
 * beginning; with it, that the rest of the fleet has `cart` alone wins.
 */
const memories = [0, 0.5] as const;

/** The ways to cut all names that are worth a try; a name that shares no part with another is all left. Always at least one. */
export function splitNames(names: readonly string[]): readonly NameSplit[] {
  const found = new Map<string, NameSplit>();
  for (const weights of weightings) {
    for (const memory of memories)
      for (const split of withMovedWords(cutByFrequency(names, weights, memory)))
        for (const one of [split, withoutSharedEnds(split)]) found.set(JSON.stringify(one), one);
  }
  const whole = { left: names, right: names.map(() => "") };
  found.set(JSON.stringify(whole), whole);
  return [...found.values()];
}

/** Each name is cut where both parts are shared by many; what the others chose counts in the next round. */
function cutByFrequency(
  names: readonly string[],
  [leftWeight, rightWeight]: readonly [number, number],
  memory: (typeof memories)[number],
): NameSplit {
  const cuts = names.map(cutsOf);
  const possibleLefts = countAll(cuts.flatMap((list) => list.map(([left]) => left)));
  const possibleRights = countAll(cuts.flatMap((list) => list.map(([, right]) => right)));
  let [lefts, rights] = [possibleLefts, possibleRights];
  let chosen: (readonly [string, string])[] = [];
  for (let round = 0; round < rounds; round++) {
    chosen = cuts.map((list) => {
      let best = list[0]!;
      let lowest = Number.POSITIVE_INFINITY;
      for (const cut of list) {
        const left = (lefts.get(cut[0]) ?? 0.1) + memory * possibleLefts.get(cut[0])!;
        const right = (rights.get(cut[1]) ?? 0.1) + memory * possibleRights.get(cut[1])!;
        const cost = leftWeight / left + rightWeight / right;
        if (cost < lowest) [best, lowest] = [cut, cost];
      }
      return best;
    });
    lefts = countAll(chosen.map(([left]) => left));
    rights = countAll(chosen.map(([, right]) => right));
  }
  return { left: chosen.map(([left]) => left), right: chosen.map(([, right]) => right) };
}

/** A word that all parts share at the cut may belong to either side: `eu-1` and `us-1` end in the same one. */
function withMovedWords(split: NameSplit): readonly NameSplit[] {
  const splits = [split];
  const move = (step: (left: string, right: string) => readonly [word: string, left: string, right: string]): void => {
    for (let { left, right } = split; ; ) {
      const moved = left.map((text, at) => step(text, right[at]!));
      if (moved.some(([word, a, b]) => word === "" || word !== moved[0]![0] || a === "" || b === "")) return;
      left = moved.map(([, text]) => text);
      right = moved.map(([, , text]) => text);
      splits.push({ left, right });
    }
  };
  move((left, right) => {
    const [word = "", ...rest] = right.split("-");
    return [word, `${left}-${word}`, rest.join("-")];
  });
  move((left, right) => {
    const words = left.split("-");
    const word = words.pop() ?? "";
    return [word, words.join("-"), `${word}-${right}`];
  });
  return splits;
}

/**
 * `dev-ap` + `south-1-cart` and `dev-us-1` + `cart`: where a right part is another one with words before it, the words go to the left (and those
 * behind a left part to the right) if fewer different parts remain.
 */
function withoutSharedEnds(split: NameSplit): NameSplit {
  let best = split;
  for (const step of [toLeft, toRight]) {
    for (const words of wordsBeyond(best, step)) {
      const moved = step(best, words);
      if (partCount(moved) < partCount(best)) best = moved;
    }
  }
  return best;
}

/** `south-1`: what some of the parts that `step` takes from have more than another one of them. */
function wordsBeyond({ left, right }: NameSplit, step: typeof toLeft): readonly string[] {
  const parts = new Set(step === toLeft ? right : left);
  const found = new Set<string>();
  for (const part of parts)
    for (const [head, tail] of cutsOf(part)) {
      const [words, rest] = step === toLeft ? [head, tail] : [tail, head];
      if (parts.has(rest)) found.add(words);
    }
  return [...found].slice(0, mostWords);
}

const mostWords = 50;

function toLeft({ left, right }: NameSplit, words: string): NameSplit {
  const rights = new Set(right);
  const isMoved = right.map((text) => text.startsWith(`${words}-`) && rights.has(text.slice(words.length + 1)));
  return {
    left: left.map((text, at) => (isMoved[at] ? `${text}-${words}` : text)),
    right: right.map((text, at) => (isMoved[at] ? text.slice(words.length + 1) : text)),
  };
}

function toRight({ left, right }: NameSplit, words: string): NameSplit {
  const lefts = new Set(left);
  const isMoved = left.map((text) => text.endsWith(`-${words}`) && lefts.has(text.slice(0, -words.length - 1)));
  return {
    left: left.map((text, at) => (isMoved[at] ? text.slice(0, -words.length - 1) : text)),
    right: right.map((text, at) => (isMoved[at] ? (text === "" ? words : `${words}-${text}`) : text)),
  };
}

function partCount({ left, right }: NameSplit): number {
  return new Set(left).size + new Set(right).size;
}

/** The two parts of a name at each of its dashes; all left where it has none. */
export function cutsOf(name: string): readonly (readonly [string, string])[] {
  const cuts: (readonly [string, string])[] = [];
  for (let at = name.indexOf("-"); at > 0; at = name.indexOf("-", at + 1)) cuts.push([name.slice(0, at), name.slice(at + 1)]);
  return cuts.length > 0 ? cuts : [[name, ""]];
}

function countAll(items: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}
