// Draws what a command printed as an SVG: `COMMAND | node scripts/picture.mjs TITLE > docs/images/NAME.svg`. Colours of the terminal are kept.
import { readFileSync } from "node:fs";

const title = process.argv[2] ?? "";
const columns = 118;
const lines = readFileSync(0, "utf8").trimEnd().split("\n");
const palette = { 31: "#e06c75", 32: "#7ec699", 33: "#e5c07b", 90: "#8b949e", 1: "#ffffff" };
const escapeText = (text) => text.replace(/[&<>]/g, (mark) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[mark]);

function spans(line) {
  const parts = line.split(/\u001b\[(\d+)m/);
  let style = "";
  let width = 0;
  let out = "";
  parts.forEach((part, index) => {
    if (index % 2 === 1)
      style = palette[part] ? (part === "1" ? 'fill="#ffffff" font-weight="bold"' : `fill="${palette[part]}"`) : "";
    else if (part !== "" && width < columns) {
      const shown = part.length > columns - width ? `${part.slice(0, columns - width - 1)}…` : part;
      width += shown.length;
      out += `<tspan ${style}>${escapeText(shown)}</tspan>`;
    }
  });
  return out;
}

const height = 56 + lines.length * 19;
process.stdout.write(`<svg xmlns="http://www.w3.org/2000/svg" width="940" height="${height}" viewBox="0 0 940 ${height}" role="img" aria-label="${escapeText(title)}">
<rect width="940" height="${height}" rx="8" fill="#1b1f24"/>
<text x="18" y="26" fill="#8b949e" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13">$ ${escapeText(title)}</text>
<g fill="#d5dae0" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13" xml:space="preserve">
${lines.map((line, index) => `<text x="18" y="${52 + index * 19}">${spans(line)}</text>`).join("\n")}
</g>
</svg>
`);
