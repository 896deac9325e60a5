import { longText } from "./exec-state.js";
import { regexSteps } from "./funcs/regex.js";
import { GoBytes, GoList, GoMap, type GoValue } from "./value/value.js";

/** What a call costs in steps beyond the one that every call costs; a step is about 0.4 µs of work on a slow machine. */
export type Work = (args: readonly GoValue[], payer: Payer) => void;

/** Who has the budget. */
interface Payer {
  readonly spend: (steps: number) => void;
}

/** The work of a function by its name; undefined for the many that are done in a step. */
export function workOf(name: string): Work | undefined {
  return works.get(name);
}

/** Paid for in portions of this size, so that a tree without end is left early. */
const nodesAtOnce = 1024;
/** Long texts count as so many nodes. */
const charactersANode = 8;
/** Deeper than the functions themselves go. */
const deepest = 2000;

/** Walks all of its arguments: what they hold is counted, where maps and lists are shared as often as they are met. */
const walks =
  (stepsANode: number): Work =>
  (args, payer) => {
    let unpaid = 0;
    for (let index = 0; index < args.length; index++) {
      const arg = args[index];
      if (arg instanceof GoMap || arg instanceof GoList) unpaid = count(arg, unpaid, { stepsANode, payer }, 0);
      else if (typeof arg === "string" && arg.length > longText) unpaid += arg.length / charactersANode;
    }
    if (unpaid > 0) payer.spend(Math.ceil(unpaid * stepsANode));
  };

interface Tariff {
  readonly stepsANode: number;
  readonly payer: Payer;
}

/** The nodes that are not paid for yet. */
function count(value: GoMap | GoList, before: number, tariff: Tariff, depth: number): number {
  if (depth > deepest) return before;
  const items = value instanceof GoList ? value.items : value.entries.values();
  let unpaid = before + (value instanceof GoList ? value.items.length : value.entries.size);
  if (unpaid >= nodesAtOnce) {
    tariff.payer.spend(Math.ceil(unpaid * tariff.stepsANode));
    unpaid = 0;
  }
  for (const item of items) {
    if (item instanceof GoMap || item instanceof GoList) unpaid = count(item, unpaid, tariff, depth + 1);
    else if (typeof item === "string" && item.length > longText) unpaid += item.length / charactersANode;
  }
  return unpaid;
}

/** Copies or compares the items of its arguments, but goes no deeper. */
const passesOver =
  (itemsAStep: number): Work =>
  (args, payer) => {
    for (const arg of args) {
      const size = arg instanceof GoList ? arg.items.length : arg instanceof GoMap ? arg.entries.size : 0;
      if (size > itemsAStep) payer.spend(Math.ceil(size / itemsAStep));
    }
  };

/** Sorting compares each item a few times. */
const sorts: Work = (args, payer) => {
  for (const arg of args) {
    const size = arg instanceof GoList ? arg.items.length : arg instanceof GoMap ? arg.entries.size : 0;
    if (size > 1) payer.spend(size);
  }
};

/** Reads a text character by character into something else. */
const reads =
  (charactersAStep: number): Work =>
  (args, payer) => {
    for (const arg of args) {
      const length = typeof arg === "string" ? arg.length : arg instanceof GoBytes ? arg.bytes.length : 0;
      if (length > charactersAStep) payer.spend(Math.ceil(length / charactersAStep));
    }
  };

/** A long pattern costs before it is compiled. Where all matches are wanted, each character may be one. */
const matches =
  (wanted: "first" | "all"): Work =>
  ([pattern, text], payer) => {
    if (typeof pattern !== "string" || typeof text !== "string") return;
    if (pattern.length > 512) payer.spend(8 * pattern.length);
    payer.spend(regexSteps(pattern, text) + (wanted === "all" ? 2 * text.length : 0));
  };

/** One after the other. */
const both =
  (...all: readonly Work[]): Work =>
  (args, payer) => {
    for (const work of all) work(args, payer);
  };

const steps =
  (amount: number): Work =>
  (_, payer) =>
    payer.spend(amount);

const walkers = "deepCopy mustDeepCopy deepEqual has mustHas uniq mustUniq without mustWithout join";
const encoders = "toYaml mustToYaml toYamlPretty toJson mustToJson toRawJson mustToRawJson toToml mustToToml";
const printers = "toPrettyJson mustToPrettyJson print println printf quote squote cat toString toStrings";
const copiers =
  "reverse mustReverse compact mustCompact rest mustRest initial mustInitial slice mustSlice merge " +
  "mustMerge mergeOverwrite mustMergeOverwrite append push mustAppend mustPush prepend mustPrepend";
const finders = "regexMatch regexFind mustRegexMatch mustRegexFind";
const replacers =
  "regexFindAll regexReplaceAll regexReplaceAllLiteral regexSplit mustRegexFindAll mustRegexReplaceAll " +
  "mustRegexReplaceAllLiteral mustRegexSplit";
const sorters = "sortAlpha keys values";
const readers =
  "fromJson mustFromJson fromJsonArray wrap wrapWith initials nospace replace trim trimAll trimall trimPrefix " +
  "trimSuffix html js semver semverCompare splitList";
const zoned = "dateInZone date_in_zone htmlDateInZone";
const dated = "date htmlDate dateModify mustDateModify toDate mustToDate uuidv4";

function each(names: string, work: Work): readonly (readonly [string, Work])[] {
  return names.split(" ").map((name) => [name, work] as const);
}

const works = new Map<string, Work>([
  ...each(walkers, walks(0.5)),
  ...each(encoders, walks(1)),
  ...each(printers, walks(2)),
  ...each("chunk mustChunk pick omit", passesOver(1)),
  ...each(copiers, passesOver(4)),
  ...each(sorters, sorts),
  ...each(readers, reads(8)),
  ...each("fromToml mustFromToml", reads(4)),
  ...each("fromYaml fromYamlArray mustFromYaml title swapcase camelcase shuffle urlParse", reads(2)),
  ...each("snakecase kebabcase b32enc b32dec splitn urlquery", reads(1)),
  ...each("split", reads(1 / 3)),
  ...each("tpl", both(steps(25), reads(4))),
  ...each(finders, matches("first")),
  ...each(replacers, matches("all")),
  ...each(dated, both(steps(40), reads(4))),
  ...each(zoned, both(steps(250), reads(4))),
  ...each("encryptAES decryptAES", both(steps(250), reads(4))),
]);
