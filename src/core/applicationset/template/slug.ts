import { transliterations } from "./transliterations.generated.js";

const substitutions: Readonly<Record<string, string>> = {
  '"': "",
  "'": "",
  "’": "",
  "‒": "-",
  "–": "-",
  "—": "-",
  "―": "-",
  "&": "and",
  "@": "at",
  _: "-",
};

const maxLength = 50;

/**
 * A branch name as a DNS label of at most 50 characters, cut at a dash where there is one (Argo CD: gosimple/slug with `_` as `-`).
 * Letters of Latin, Greek, Cyrillic and Armenian are transliterated, other scripts are left out.
 */
export function slugOf(text: string): string {
  const ascii = Array.from(text.trim(), (character) => substitutions[character] ?? asciiOf(character))
    .join("")
    .toLowerCase();
  const slug = ascii
    .replace(/[^a-z0-9_-]/gu, "-")
    .replace(/-+/g, "-")
    .replace(/^[-_]+|[-_]+$/g, "");
  if (slug.length <= maxLength) return slug;
  const dash = slug.lastIndexOf("-", maxLength);
  return dash >= 0 ? slug.slice(0, dash) : slug.slice(0, maxLength);
}

const asciiForms = new Map<number, string>();

function asciiOf(character: string): string {
  const code = character.codePointAt(0)!;
  if (code < 0x80) return character;
  if (asciiForms.size === 0) {
    for (const [from, texts] of transliterations)
      for (const [index, known] of texts.split("\t").entries()) asciiForms.set(from + index, known);
  }
  return asciiForms.get(code) ?? "";
}
