import { readYaml } from "../gotemplate/funcs/yaml.js";
import { RecentTexts } from "../gotemplate/recent-texts.js";
import { guarded } from "../gotemplate/render.js";
import { GoMap, type GoValue } from "../gotemplate/value/value.js";
import { isObject } from "../manifest/value.js";
import { isUsualYaml, parseYaml } from "../yaml/parse.js";
import { StructReader } from "./decode.js";
import { helmError, prefixed } from "./failure.js";

/** What Helm reads of a rendered document. */
export interface ManifestHead {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly annotations: Readonly<Record<string, string>> | undefined;
}

/** The head of a rendered document, all of which must be YAML. Throws InputError HELM_MANIFEST with Helm's message. */
export function readHead(path: string, text: string): ManifestHead {
  try {
    const value = readBySections(text) ?? guarded(() => readYaml(text));
    const head = new StructReader({ name: "SimpleHead", type: "util.SimpleHead" }, value);
    const metadata = new StructReader(metadataType, head.raw("metadata"));
    return {
      apiVersion: head.string("apiVersion"),
      kind: head.string("kind"),
      name: metadata.string("name"),
      annotations: metadata.stringMap("annotations"),
    };
  } catch (error) {
    const cause = prefixed(`YAML parse error on ${path}: `, error);
    if (!(cause instanceof Error)) throw cause;
    throw helmError(cause.message, { code: "HELM_MANIFEST", file: path, cause });
  }
}

const metadataType = {
  name: "",
  type: 'struct { Name string "json:\\"name\\""; Annotations map[string]string "json:\\"annotations\\"" }',
  within: { name: "SimpleHead", field: "metadata" },
};

interface Section {
  readonly key: string;
  readonly text: string;
}

/** Sections known to be YAML: a release's documents say mostly what they said in the last render. */
const sound = new RecentTexts<Section>();

/**
 * The head's fields of a document, the rest of which is only checked: section by section, so that those met before are known.
 * Undefined where the text is not a plain list of sections, each a mapping of one key in its own right.
 */
function readBySections(text: string): GoMap | undefined {
  const fields = new Map<string, GoValue>();
  const sections = sectionsOf(text);
  if (sections === undefined) return undefined;
  const keys = new Set(sections.map(({ key }) => key.toLowerCase()));
  if (keys.size !== sections.length) return undefined;
  for (const section of sections) {
    if (headFields.has(section.key.toLowerCase())) {
      const value = sectionValue(section);
      if (value === undefined) return undefined;
      fields.set(section.key, value.entries.get(section.key));
    } else if (sound.get(section.text, () => (isSound(section) ? section : undefined)) === undefined) {
      return undefined;
    }
  }
  return new GoMap(fields);
}

const headFields = new Set(["apiversion", "kind", "metadata"]);
const sectionKey = /^([A-Za-z][\w./-]*):(?=[ \n]|$)/;

/** Parts that begin with a key in the first column; undefined where such a line has anything else but a comment or an item. */
function sectionsOf(text: string): readonly Section[] | undefined {
  const sections: Section[] = [];
  let start = 0;
  let key: string | undefined;
  for (let line = 0; line < text.length; line = endOfLine(text, line)) {
    const code = text.charCodeAt(line);
    const goesOn = code === space || code === lineBreak || code === comment;
    if (goesOn) continue;
    if (code === item) {
      if (key === undefined || text.startsWith("--", line + 1)) return undefined;
      continue;
    }
    const found = sectionKey.exec(text.slice(line, line + longestKey))?.[1];
    if (found === undefined) return undefined;
    if (key !== undefined) sections.push({ key, text: text.slice(start, line) });
    key = found;
    start = line;
  }
  if (key === undefined) return undefined;
  sections.push({ key, text: text.slice(start) });
  return sections;
}

const space = 0x20;
const lineBreak = 0x0a;
const comment = 0x23;
const item = 0x2d;
const longestKey = 100;

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end + 1;
}

/** Whether the section is read as a mapping of its key alone. */
function isSound({ text, key }: Section): boolean {
  // A text that begins with the one key in its first column is a mapping of it.
  if (isUsualYaml(text, { dialect: "kubernetes" })) return true;
  try {
    const value = parseYaml(text, { dialect: "kubernetes" });
    return isObject(value) && Object.keys(value).length === 1 && Object.hasOwn(value, key);
  } catch {
    return false;
  }
}

function sectionValue(section: Section): GoMap | undefined {
  try {
    const value = readYaml(section.text);
    return value instanceof GoMap && value.entries.size === 1 && value.entries.has(section.key) ? value : undefined;
  } catch {
    return undefined;
  }
}
