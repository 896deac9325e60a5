import { InputError } from "../errors.js";
import { compileTemplate, executeTemplate, type GoValue, toGoValue } from "../gotemplate/index.js";
import { toPlain } from "../gotemplate/value/to-plain.js";
import { types } from "../gotemplate/value/type.js";
import { GoMap, type GoMethod, GoObject } from "../gotemplate/value/value.js";
import { isObject, type Value, type ValueObject } from "../manifest/value.js";
import type { NotificationConfig } from "./config.js";
import { githubPaths } from "./deliveries.js";
import { outOfSyncTemplate } from "./evaluate-triggers.js";
import { ExprDuration, ExprTime } from "./expr/time.js";

/** A template with every text rendered; later templates of one condition win. */
export type RenderedMessage = ValueObject;

const builtIn: Readonly<Record<string, ValueObject>> = {
  [outOfSyncTemplate]: {
    message:
      "Application {{.app.metadata.name}} has been out of sync for {{.drift.age}}: {{range $index, $resource := .drift.resources}}{{if $index}}, {{end}}{{$resource}}{{end}}",
    email: { subject: "Application {{.app.metadata.name}} has been out of sync for {{.drift.age}}" },
  },
};

/** Renders the templates of a condition. Throws InputError, with the template's name. */
export function renderMessage(
  config: NotificationConfig,
  names: readonly string[],
  variables: Readonly<Record<string, unknown>>,
  options: { readonly nowMs: number },
): RenderedMessage {
  const dot = new GoMap(new Map(Object.entries(variables).map(([name, value]) => [name, wrapped(value)])));
  return names.reduce<RenderedMessage>((message, name) => {
    const found = config.templates.get(name) ?? builtIn[name];
    const template = found && isObject(found["github"]) ? { ...found, github: { ...githubPaths, ...found["github"] } } : found;
    if (!template) throw new InputError(`there is no template ${name}`, { code: "NOTIFICATION_TEMPLATE" });
    return merged(message, rendered(template, { name, dot, nowMs: options.nowMs }) as ValueObject);
  }, {});
}

interface Rendering {
  readonly name: string;
  readonly dot: GoMap;
  readonly nowMs: number;
}

function rendered(value: Value, at: Rendering): Value {
  if (typeof value === "string") {
    if (!value.includes("{{")) return value;
    // Go calls functions of a map by `call`; here they are methods, which are called as they stand.
    const text = value.replace(/\bcall\s+(\$?\.(?:repo|time|strings|sync)\.)/g, "$1");
    return executeTemplate(compileTemplate(at.name, text), at.dot, { now: () => BigInt(at.nowMs) * 1_000_000n });
  }
  if (Array.isArray(value)) return value.map((item: Value) => rendered(item, at));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rendered(item, at)]));
}

function merged(before: ValueObject, after: ValueObject): ValueObject {
  const both: Record<string, Value> = { ...before };
  for (const [key, value] of Object.entries(after)) {
    const known = both[key];
    both[key] = isObject(known) && isObject(value) ? merged(known, value) : value;
  }
  return both;
}

/** Functions become methods, times objects with methods, all else plain data. */
function wrapped(value: unknown): GoValue {
  if (value instanceof ExprTime || value instanceof ExprDuration)
    return new Namespace(value, (name) => value.method(name), String(value));
  if (isObject(value) && Object.values(value).some((item) => typeof item === "function"))
    return new Namespace(value, (name) => (Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined));
  if (isObject(value) && Object.values(value).some((item) => item instanceof ExprTime))
    return new GoMap(new Map(Object.entries(value).map(([key, item]) => [key, wrapped(item)])));
  return toGoValue(value);
}

class Namespace extends GoObject {
  readonly type = types.any;

  constructor(
    /** A time goes back into a function as it came out of one. */
    readonly original: unknown,
    private readonly find: (name: string) => unknown,
    private readonly shown?: string,
  ) {
    super();
  }

  override text(): string | undefined {
    return this.shown;
  }

  override field(name: string): GoValue {
    const found = this.find(name);
    return typeof found === "function" || found === undefined || found === null ? undefined : wrapped(found);
  }

  override method(name: string): GoMethod | undefined {
    const found = this.find(name);
    if (typeof found !== "function") return undefined;
    return {
      params: [types.any],
      variadic: true,
      call: (args) => wrapped((found as (...values: readonly unknown[]) => unknown)(...args.map(unwrapped))),
    };
  }
}

function unwrapped(value: GoValue): unknown {
  return value instanceof Namespace ? value.original : toPlain(value);
}
