import { utf8DecodeLossy } from "../../platform/bytes.js";
import { InputError } from "../errors.js";
import type { Value } from "../manifest/value.js";
import { CommentQueue } from "./comment-queue.js";
import { Composer } from "./composer.js";
import { construct, type DuplicateKeys } from "./construct.js";
import { Problem } from "./cursor.js";
import { decodeBytes } from "./decode.js";
import { type Build, FastReader, NOTHING_BUILT, UNUSUAL } from "./fast-reader.js";
import { DocumentLayout } from "./layout.js";
import type { DocumentNode, Node } from "./node.js";
import { type ProblemSource, toInputError } from "./problem.js";
import type { Dialect } from "./resolve.js";
import { splitKustomizeDocuments } from "./split.js";
import { documentBeforeUnread } from "./unread.js";

export type { Dialect } from "./resolve.js";

/** What a text may cost before it is refused with YAML_TOO_LARGE. */
export interface Budget {
  readonly bytes: number;
  readonly nodes: number;
  readonly depth: number;
  /** Nodes that come from expanding aliases, on top of go-yaml's own ratio. */
  readonly aliasExpansion: number;
}

export const DEFAULT_BUDGET: Budget = { bytes: 64 << 20, nodes: 2_000_000, depth: 1000, aliasExpansion: 400_000 };

export interface ParseOptions {
  readonly file?: string;
  /** kustomize: kyaml on go-yaml v3. kubernetes: sigs.k8s.io/yaml on go-yaml v2, as kubectl, Argo CD and Helm read. */
  readonly dialect: Dialect;
  /** Default: "error" for kustomize, "last" for kubernetes, as the originals do. */
  readonly duplicateKeys?: DuplicateKeys;
  readonly budget?: Partial<Budget>;
  /**
   * Quoted and block scalars come as ScalarLiterals tagged `!!str` and an empty null as one tagged `!!null`: kyaml keeps the
   * style of what it overwrites, so a patch may turn on it.
   */
  readonly keepStyle?: boolean;
  /**
   * What a tool sees that goes by nodes and decodes none (kustomize dialect): `<<` is a key like others, an alias is an AliasReference,
   * and a scalar may have a tag that its text does not fit.
   */
  readonly asNodes?: boolean;
}

/**
 * The first document of `text`, null when there is none; like go-yaml's Unmarshal it does not look at what follows.
 * Throws an InputError with a YAML_* code and the place in the file.
 */
export function parseYaml(text: string | Uint8Array, options: ParseOptions): Value {
  return firstDocument(text, options) ?? null;
}

/** As `parseYaml`; undefined where a text of blanks and comments has no document. */
export function firstDocument(text: string | Uint8Array, options: ParseOptions): Value | undefined {
  try {
    return readAll(normalise(text, options), options, 0, 1)[0];
  } catch (error) {
    const first = isUnreadable(error) ? documentBeforeUnread(text, UNREADABLE) : undefined;
    if (first === undefined) throw error;
    return readAll(normalise(first, options), options, 0, 1)[0];
  }
}

function isUnreadable(error: unknown): boolean {
  return error instanceof InputError && error.message === `yaml: ${controlCharacters}`;
}

/**
 * As `parseYaml` of a usual text with other values built; undefined where the text is not usual: `parseYaml` reads it then, or says what is wrong.
 */
export function parseUsualYaml(text: string, options: ParseOptions, build: Build): Value | undefined {
  const { bytes, depth, nodes } = budgetOf(options);
  if (text.length > bytes || UNREADABLE.test(text) || text.includes("\r") || NEEDS_EXACT_READER.test(text)) return undefined;
  const { dialect } = options;
  const duplicateKeys = duplicatesOf(options);
  const value = tryFast(new FastReader(text, { dialect, duplicateKeys, maxDepth: depth, maxNodes: nodes, build }), 0);
  if (value === UNUSUAL) return undefined;
  return value === undefined ? null : (value as Value);
}

/** Whether the fast reader can read the text: it is YAML then. False tells nothing. */
export function isUsualYaml(text: string, options: ParseOptions): boolean {
  return parseUsualYaml(text, options, NOTHING_BUILT) !== undefined;
}

/**
 * All documents of a stream in order; an explicit empty document is null, a text of blanks and comments has none.
 * kyaml splits the text at `---` lines first and reads one document from each part; that is kept for the kustomize dialect.
 */
export function parseYamlDocuments(text: string | Uint8Array, options: ParseOptions): readonly Value[] {
  if (options.dialect !== "kustomize") return readAll(normalise(text, options), options, 0, Number.POSITIVE_INFINITY);
  const src = normalise(text, options, (whole) => splitKustomizeDocuments(whole, options.file));
  if (!src.includes("\n---")) return readAll(src, options, 0, 1);
  return splitKustomizeDocuments(src, options.file).flatMap((part) => readAll(part.src, options, part.lineOffset, 1));
}

/** The nodes of a document with their offsets, for locating a path. */
export function composeDocuments(
  text: string | Uint8Array,
  options: ParseOptions,
): { readonly src: string; readonly documents: DocumentNode[] } {
  const src = normalise(text, options);
  const composer = new Composer(src, composeOptions(options, 0));
  const documents: DocumentNode[] = [];
  for (let document = composer.next(); document; document = composer.next()) documents.push(document);
  return { src, documents };
}

/** The nodes of the first document with how they are written; undefined where there is none. */
export function composeWithLayout(
  text: string,
  options: ParseOptions,
): { readonly src: string; readonly root: Node; readonly layout: DocumentLayout } | undefined {
  const src = normalise(text, options);
  const layout = new DocumentLayout(new CommentQueue(src));
  const document = new Composer(src, { ...composeOptions(options, 0), layout }).next();
  return document && { src, root: document.root, layout };
}

function budgetOf(options: ParseOptions): Budget {
  return options.budget ? { ...DEFAULT_BUDGET, ...options.budget } : DEFAULT_BUDGET;
}

function duplicatesOf(options: ParseOptions): DuplicateKeys {
  return options.duplicateKeys ?? (options.dialect === "kustomize" ? "error" : "last");
}

const UNREADABLE = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/;
const controlCharacters = "control characters are not allowed";
const NEEDS_EXACT_READER = /[\x85\u2028\u2029\ufeff]/;

/**
 * Decodes, checks size and characters, drops a byte order mark and makes every CR and CRLF an LF.
 * `before` may find another fault of a text with bytes or characters that YAML does not allow, and tells it first; it sees a lone CR.
 */
function normalise(text: string | Uint8Array, options: ParseOptions, before: (src: string) => void = () => undefined): string {
  const { bytes } = budgetOf(options);
  if (text.length > bytes) throw tooLarge(bytes, options.file);
  let src: string;
  if (typeof text === "string") src = text;
  else {
    const decoded = decodeBytes(text);
    if ("problem" in decoded) {
      before(utf8DecodeLossy(text));
      throw new InputError(`yaml: ${decoded.problem}`, { code: "YAML_ENCODING", location: { file: options.file ?? "" } });
    }
    src = decoded.text;
  }
  if (src.charCodeAt(0) === 0xfeff) src = src.slice(1);
  if (src.includes("\r")) src = src.replaceAll("\r\n", "\n");
  const asCut = src;
  if (src.includes("\r")) src = src.replaceAll("\r", "\n");
  const unreadable = UNREADABLE.exec(src);
  if (unreadable) {
    before(asCut);
    const problem = new Problem("plain", controlCharacters, unreadable.index);
    throw toInputError(problem, sourceOf(src, options, 0));
  }
  return src;
}

function tooLarge(bytes: number, file: string | undefined): InputError {
  return new InputError(`yaml: the text is larger than ${bytes} bytes`, {
    code: "YAML_TOO_LARGE",
    location: { file: file ?? "" },
  });
}

function sourceOf(src: string, options: ParseOptions, lineOffset: number): ProblemSource {
  return { src, file: options.file, dialect: options.dialect, lineOffset };
}

function composeOptions(options: ParseOptions, start: number): ConstructorParameters<typeof Composer>[1] {
  const budget = budgetOf(options);
  const isV3 = options.dialect === "kustomize";
  return { start, lookahead: isV3 ? 2 : 0, maxDepth: budget.depth, maxNodes: budget.nodes, anchorsOutliveDocuments: isV3 };
}

/** Up to `limit` documents: the fast reader's where it can, the exact reader's where it cannot. */
function readAll(src: string, options: ParseOptions, lineOffset: number, limit: number): Value[] {
  const documents: Value[] = [];
  const budget = budgetOf(options);
  const duplicateKeys = duplicatesOf(options);
  const { keepStyle = false, asNodes = false } = options;
  const fast =
    asNodes || NEEDS_EXACT_READER.test(src)
      ? undefined
      : new FastReader(src, {
          dialect: options.dialect,
          duplicateKeys,
          maxDepth: budget.depth,
          maxNodes: budget.nodes,
          keepStyle,
        });
  try {
    let start = 0;
    while (documents.length < limit) {
      const value = fast && tryFast(fast, start);
      if (value !== UNUSUAL && fast) {
        if (value === undefined) return documents;
        documents.push(value as Value);
        start = fast.end;
        if (start >= src.length) return documents;
        continue;
      }
      const composer = new Composer(src, composeOptions(options, start));
      do {
        const document = composer.next();
        if (!document) return documents;
        const { nodes, aliasExpansion } = budget;
        documents.push(
          construct(document.root, {
            src,
            file: options.file,
            lineOffset,
            dialect: options.dialect,
            duplicateKeys,
            maxNodes: nodes,
            maxAliasNodes: aliasExpansion,
            keepStyle,
            asNodes,
          }),
        );
      } while (documents.length < limit && !(fast && composer.atDocumentStart()));
      if (documents.length < limit) start = composer.nextStart();
    }
    return documents;
  } catch (error) {
    if (error instanceof Problem) throw toInputError(error, sourceOf(src, options, lineOffset));
    throw error;
  }
}

function tryFast(fast: FastReader, start: number): Value | undefined | typeof UNUSUAL {
  try {
    return fast.read(start);
  } catch (error) {
    if (error === UNUSUAL || (error instanceof Problem && error.kind !== "budget")) return UNUSUAL;
    throw error;
  }
}
