import type { Random } from "./random.js";

const pieces = [
  ..." abcdefgh0123456789XYZ      ",
  "\n",
  "\t",
  "\r",
  ":",
  ": ",
  " #",
  "#",
  "-",
  "- ",
  "'",
  '"',
  "\\",
  "{",
  "}",
  "[",
  "]",
  ",",
  "&",
  "*",
  "!",
  "|",
  ">",
  "%",
  "@",
  "`",
  "~",
  "?",
  "=",
  "<<",
  "é",
  "日",
  "😀",
  "\ufeff",
  "\u2028",
  "\u0085",
  "\u200b",
  "\u0007",
  "\u007f",
  "\u0000",
  "\ud7ff",
  "\uffff",
  "\ue000",
  "\u00a0",
  "  ",
  "\n\n",
  "\n ",
  " \n",
  "...",
  "---",
];

const wholes = [
  "true",
  "null",
  "~",
  "yes",
  "1",
  "1.0",
  "1e3",
  "0x1F",
  "2020-01-01",
  "",
  " ",
  "-",
  "---",
  "...",
  "=",
  "<<",
  ".inf",
  "on",
  "012",
  "1_000",
  "0o7",
  "12:30:45",
  "!x",
  "&a",
  "*a",
  "@",
  "`",
  "#",
  "a: b",
  "a:",
  ": a",
  "{}",
  "[]",
  "|",
  ">",
  "%",
  "1e400",
  "NaN",
  ".nan",
  "Null",
  "n",
  "Y",
  "08",
  "0b1",
  "+1",
  "-1",
  "+",
  "1,2",
];

/** A string that a YAML writer has to think about. */
export function randomText(random: Random): string {
  if (random.chance(0.2)) return random.pick(wholes);
  const length = random.chance(0.5) ? random.below(8) : random.below(160);
  let text = "";
  const plain = random.chance(0.4);
  while (text.length < length) text += plain && random.chance(0.85) ? random.pick([..."abc de fgh "]) : random.pick(pieces);
  return text;
}

const words =
  "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna aliqua".split(
    " ",
  );
const marks = [
  "#",
  ": ",
  " #",
  "- ",
  "'",
  '"',
  "\n",
  " ",
  "é",
  "日本語",
  "😀",
  ",",
  "{",
  ":",
  "\t",
  "  ",
  "%",
  "\u2028",
  "\\",
  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
];

/** A text long enough to be folded at 80 columns. */
export function wrappedText(random: Random): string {
  const gap = random.pick([" ", " ", " ", "  ", "\n"]);
  let text = Array.from({ length: random.pick([5, 12, 15, 25, 60]) }, () => random.pick(words)).join(gap);
  for (let i = random.below(4); i > 0; i--) {
    const at = random.chance(0.3) ? text.length : random.chance(0.2) ? 0 : random.below(text.length);
    text = text.slice(0, at) + random.pick(marks) + text.slice(at);
  }
  return text;
}
