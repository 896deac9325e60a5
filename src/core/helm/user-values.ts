import { decodeJson } from "../gotemplate/json/decode.js";
import { guarded } from "../gotemplate/render.js";
import { GoMap, type GoValue } from "../gotemplate/value/value.js";
import { helmError, prefixed } from "./failure.js";
import { type SetReader, setValues } from "./set-values.js";
import { loadValues, mergeMaps } from "./values.js";

/** Values given by the user, in Helm's order of precedence: files, then JSON, set, string, file and literal assignments. */
export interface UserValues {
  /** YAML texts; `name` is shown in errors. */
  readonly files?: readonly { readonly name: string; readonly text: string }[];
  readonly setJson?: readonly string[];
  readonly set?: readonly string[];
  readonly setString?: readonly string[];
  /** `key=path`; the text of the file comes from `readFile`. */
  readonly setFile?: readonly string[];
  /** `key=text`, the text taken as it is. */
  readonly setLiteral?: readonly string[];
  readonly readFile?: (path: string) => string;
}

/** Throws InputError HELM_VALUES or HELM_SET with Helm's message. */
export function mergeUserValues(user: UserValues): GoMap {
  let values = new GoMap(new Map<string, GoValue>());
  for (const { name, text } of user.files ?? []) {
    values = mergeMaps(
      values,
      attempt(`failed to parse ${name}: `, () => loadValues(text)),
    );
  }
  for (const text of user.setJson ?? []) values = setJson(text, values);
  const apply = (flag: string, texts: readonly string[] | undefined, reader: SetReader) => {
    for (const text of texts ?? []) attempt(`failed parsing --${flag} data: `, () => setValues(text, values, reader));
  };
  apply("set", user.set, { kind: "typed" });
  apply("set-string", user.setString, { kind: "text", read: (text) => text });
  apply("set-file", user.setFile, { kind: "text", read: (path) => readFile(user, path) });
  for (const text of user.setLiteral ?? []) setLiteral(text, values);
  return values;
}

function readFile(user: UserValues, path: string): string {
  if (!user.readFile) throw helmError(`open ${path}: no files are given here`, { code: "HELM_SET" });
  return user.readFile(path);
}

function setJson(text: string, values: GoMap): GoMap {
  const trimmed = text.trim();
  if (trimmed.startsWith("{")) {
    try {
      const map = guarded(() => decodeJson(trimmed));
      if (map instanceof GoMap) return mergeMaps(values, map);
    } catch {
      throw helmError(`failed parsing --set-json data JSON: ${text}`, { code: "HELM_SET" });
    }
  }
  try {
    setValues(text, values, { kind: "json" });
  } catch (cause) {
    throw helmError(`failed parsing --set-json data ${text}`, { code: "HELM_SET", cause });
  }
  return values;
}

/** Only the key is parsed; all after the first `=` is the value. */
function setLiteral(text: string, values: GoMap): void {
  const equals = text.indexOf("=");
  const key = equals < 0 ? text : text.slice(0, equals + 1);
  const literal = equals < 0 ? "" : text.slice(equals + 1);
  attempt("failed parsing --set-literal data: ", () =>
    setValues(`${key}${equals < 0 ? "" : "x"}`, values, { kind: "text", read: () => literal }),
  );
}

function attempt<T>(prefix: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw prefixed(prefix, error);
  }
}
