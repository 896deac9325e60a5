import type { Value } from "#src/core/manifest/value.js";
import { emitJson } from "#src/core/yaml/json.js";
import type { Random } from "./random.js";

/** The same value written in a random style: block or flow, quotes, comments, anchors, indentation. Not always legal. */
export function randomYaml(random: Random, value: Value): string {
  if (random.chance(0.05)) return emitJson(value, random.chance(0.5) ? { indent: 2 } : {});
  const style: Style = {
    random,
    indentsLists: random.chance(0.3),
    // What a patch replaces may leave its comments where the original then cannot read what it wrote.
    comments: random.chance(0.3) && !emitJson(value).includes("$patch") ? 0.1 : 0,
    flow: random.pick([0, 0, 0.1]),
    quotes: random.pick([0, 0.1, 0.5]),
    odd: random.pick([0, 0, 0.05]),
    anchors: new Map(),
  };
  const text = block(style, value, "").replace(/^\n/, "");
  return text.endsWith("\n") ? text : `${text}\n`;
}

interface Style {
  readonly random: Random;
  readonly indentsLists: boolean;
  readonly comments: number;
  readonly flow: number;
  readonly quotes: number;
  readonly odd: number;
  /** Anchors written so far, each with whether it names a map. */
  readonly anchors: Map<string, boolean>;
}

const isMap = (value: Value): value is { readonly [key: string]: Value } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Text after `key:` or `-`: a scalar with its leading space, or lines from a line break on. */
function block(style: Style, value: Value, indent: string): string {
  const { random } = style;
  const size = isMap(value) ? Object.keys(value).length : Array.isArray(value) ? value.length : 0;
  if (size === 0 || random.chance(style.flow)) return ` ${flow(style, value, indent)}${comment(style)}\n`;
  const name = random.chance(style.odd) ? `a${style.anchors.size}` : undefined;
  const head = `${name === undefined ? "" : ` &${name}`}${comment(style)}\n`;
  const inner = style.indentsLists ? `${indent}  ` : indent;
  const body = Array.isArray(value)
    ? value.map((item) => `${lines(style, inner)}${inner}-${item_(style, item, inner)}`).join("")
    : entries(style, value as { readonly [key: string]: Value }, indent);
  // Only now: what names a node that it is in sends the original round in circles.
  if (name !== undefined) style.anchors.set(name, isMap(value));
  return head + body;
}

function entries(style: Style, value: { readonly [key: string]: Value }, indent: string): string {
  return Object.entries(value)
    .map(([key, item]) => {
      const inner = isMap(item) ? `${indent}${style.random.chance(style.odd) ? "    " : "  "}` : indent;
      const maps = [...style.anchors].filter(([, isMapping]) => isMapping).map(([name]) => name);
      const merges = style.random.chance(style.odd / 4) && maps.length > 0 ? `${indent}<<: *${style.random.pick(maps)}\n` : "";
      return `${merges}${lines(style, indent)}${indent}${scalar(style, key, true)}:${block(style, item, Array.isArray(item) ? indent : inner)}`;
    })
    .join("");
}

function item_(style: Style, item: Value, indent: string): string {
  if (!isMap(item) || Object.keys(item).length === 0 || style.random.chance(0.1)) return block(style, item, `${indent}  `);
  return ` ${entries(style, item, `${indent}  `).trimStart()}`;
}

function comment({ random, comments }: Style): string {
  return random.chance(comments) ? " # a comment: with [marks]" : "";
}

function lines({ random, comments }: Style, indent: string): string {
  return random.chance(comments) ? random.pick([`${indent}# head\n`, "\n", "# left\n", `${indent}# a\n\n${indent}# b\n`]) : "";
}

function flow(style: Style, value: Value, indent: string): string {
  if (Array.isArray(value))
    return `[${value.map((item) => flow(style, item, indent)).join(", ")}${style.random.chance(style.odd) ? "," : ""}]`;
  if (isMap(value))
    return `{${Object.entries(value)
      .map(([key, item]) => `${scalar(style, key, true)}: ${flow(style, item, indent)}`)
      .join(style.random.chance(style.odd) ? `,\n${indent}    ` : ", ")}}`;
  return scalar(style, value, false);
}

function scalar(style: Style, value: Value, isKey: boolean): string {
  const { random } = style;
  const chosen = random.next();
  const aliases = [...style.anchors.keys()];
  if (!isKey && aliases.length > 0 && random.chance(style.odd / 20)) return `*${random.pick(aliases)}`;
  if (value === null) return random.pick(["null", "~", "", "Null"]);
  if (typeof value !== "string") return chosen < style.odd ? `!!str ${value}` : emitJson(value);
  const tag = random.chance(style.odd / 2) ? random.pick(["!!str ", "! "]) : "";
  if (chosen < style.quotes / 2 && !/[\n\t\r]/.test(value)) return `${tag}'${value.replaceAll("'", "''")}'`;
  if (chosen < style.quotes || !isPlain(value) || (isKey && value.length > 100))
    return tag + emitJson(value, { escapeHtml: false });
  return tag + value;
}

function isPlain(text: string): boolean {
  return (
    /^[A-Za-z0-9_./$][^\n\r\t#:{}[\],&*!|>'"%@`]*$/.test(text) &&
    !text.endsWith(" ") &&
    !/^(true|false|null|yes|no|on|off|y|n|[-+.]?\d.*|\.\w+)$/i.test(text)
  );
}
