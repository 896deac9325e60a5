/** Letters whose ASCII form is more than the letter without its marks. */
const letters: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  Æ: "AE",
  œ: "oe",
  Œ: "OE",
  ø: "o",
  Ø: "O",
  đ: "d",
  Đ: "D",
  ð: "d",
  Ð: "D",
  þ: "th",
  Þ: "Th",
  ł: "l",
  Ł: "L",
  ı: "i",
};

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
 * Letters outside ASCII lose their marks; other scripts become dashes.
 */
export function slugOf(text: string): string {
  const substituted = Array.from(text.trim(), (character) => substitutions[character] ?? letters[character] ?? character).join(
    "",
  );
  const ascii = substituted.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const slug = ascii
    .replace(/[^a-z0-9_-]/gu, "-")
    .replace(/-+/g, "-")
    .replace(/^[-_]+|[-_]+$/g, "");
  if (slug.length <= maxLength) return slug;
  const dash = slug.lastIndexOf("-", maxLength);
  return dash >= 0 ? slug.slice(0, dash) : slug.slice(0, maxLength);
}
