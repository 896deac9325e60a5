import type {
  FieldOptions,
  ReplacementArgs,
  ReplacementSource,
  ReplacementTarget,
  SelectorArgs,
} from "../kustomization/fields.js";
import { countValues, maxCopiedValues, tooLarge } from "../model/budget.js";
import { kustomizeError, prefixError, quoteGo, withPrefix } from "../model/errors.js";
import { liveNode } from "../model/live-node.js";
import { isIdSelectedBy, type ResId } from "../model/res-id.js";
import type { ResMap } from "../model/res-map.js";
import type { Resource } from "../model/resource.js";
import { formatSelectorId, matchesMetadata, type SelectorRegex, selectorRegex } from "../model/selector.js";
import { lookup, textOfNode } from "../nodes/ops.js";
import { splitFieldPath } from "../nodes/paths.js";
import { YNode } from "../nodes/ynode.js";
import { matchPath } from "./path-matcher.js";
import { setInStructuredText } from "./structured-text.js";

const defaultFieldPath = "metadata.name";

function replacementError(message: string): Error {
  return kustomizeError("KUSTOMIZE_REPLACEMENT", message);
}

export interface ReplacementListener {
  /** Hears of a target that selects nothing. */
  warn(message: string): void;
  /** Hears how many resources each target of each replacement selects. */
  selected(replacement: number, target: number, count: number): void;
}

/** Copies values from sources into targets, one replacement after the other; tells what the targets select. */
export function applyReplacements(map: ResMap, replacements: readonly ReplacementArgs[], listener: ReplacementListener): void {
  const nodes = new LiveNodes(map);
  let copied = 0;
  for (const [index, replacement] of replacements.entries()) {
    const { source, sourceValue, targets } = replacement;
    if ((sourceValue === undefined && source === undefined) || targets === undefined)
      throw replacementError("replacements must specify a source and at least one target");
    const value = sourceOf(nodes, replacement);
    const size = value.kind === "scalar" ? 1 : countValues(value.freeze(), maxCopiedValues);
    for (const [at, target] of targets.entries()) {
      const count = applyToTarget(nodes, value, target);
      copied += size * count * (target.fieldPaths?.length ?? 1);
      if (copied > maxCopiedValues) throw tooLarge(`the copies of replacements are more than ${maxCopiedValues} values`);
      listener.selected(index, at, count);
      if (count === 0) listener.warn(`the replacement target ${formatSelectorId(target.select ?? {})} matches no resource`);
    }
  }
  nodes.store();
}

/** Resources that are being changed; each is unwrapped when it is first needed. */
class LiveNodes {
  readonly #map: ResMap;
  readonly #touched = new Map<number, YNode>();
  readonly #changed = new Map<number, Resource>();

  constructor(map: ResMap) {
    this.#map = map;
  }

  get size(): number {
    return this.#map.size;
  }

  resource(position: number): Resource {
    return this.#changed.get(position) ?? this.#map.at(position);
  }

  node(position: number): YNode {
    const known = this.#touched.get(position);
    if (known) return known;
    const node = liveNode(this.#map.at(position));
    this.#touched.set(position, node);
    return node;
  }

  noteChange(position: number): void {
    this.#changed.set(position, this.#map.at(position).with(this.node(position).freeze()));
  }

  store(): void {
    for (const [position, resource] of this.#changed) this.#map.replaceAt(position, resource);
    this.#map.dropEmpty();
  }
}

/** Ids as replacements compare them: nothing is known of scopes. */
function idsOf(resource: Resource): readonly ResId[] {
  if (!resource.hasWholeHistory)
    throw replacementError("number of previous names, number of previous namespaces, number of previous kinds not equal");
  return [{ ...resource.curId, isClusterScoped: false }, ...resource.prevIds];
}

function sourceOf(nodes: LiveNodes, { source, sourceValue }: ReplacementArgs): YNode {
  if (sourceValue !== undefined && source !== undefined)
    throw replacementError("value and resource selectors are mutually exclusive");
  if (sourceValue !== undefined) return YNode.scalar("", sourceValue);
  const selected = source as ReplacementSource;
  const node = selectSource(nodes, selected);
  const path = selected.fieldPath || defaultFieldPath;
  let found: YNode | undefined;
  try {
    found = lookup(node, splitFieldPath(path));
  } catch (error) {
    throw prefixError(error, "error looking up replacement source");
  }
  if (found === undefined || found.isEmpty)
    throw replacementError(`fieldPath \`${path}\` is missing for replacement source ${formatSelectorId(selected)}`);
  return refine(found, selected.options);
}

function selectSource(nodes: LiveNodes, source: ReplacementSource): YNode {
  const selector: ResId = {
    group: source.group ?? "",
    version: source.version ?? "",
    kind: source.kind ?? "",
    name: source.name ?? "",
    namespace: source.namespace ?? "",
    isClusterScoped: false,
  };
  let found: number | undefined;
  for (let position = 0; position < nodes.size; position++) {
    const ids = withPrefix("error getting node IDs", () => idsOf(nodes.resource(position)));
    if (!ids.some((id) => isIdSelectedBy(id, selector))) continue;
    if (found !== undefined) throw replacementError(`multiple matches for selector ${formatSource(source)}`);
    found = position;
  }
  if (found === undefined) throw replacementError(`nothing selected by ${formatSource(source)}`);
  return nodes.node(found);
}

function formatSource(source: ReplacementSource): string {
  const { options } = source;
  const parts = [formatSelectorId(source)];
  if (source.fieldPath) parts.push(source.fieldPath);
  if (options && (options.delimiter || options.create))
    parts.push(`${options.delimiter ?? ""}(${options.index ?? 0}), create=${options.create ?? false}`);
  return parts.join(":");
}

function refine(node: YNode, options: FieldOptions | undefined): YNode {
  if (!options?.delimiter) return node;
  if (node.kind !== "scalar") throw replacementError("delimiter option can only be used with scalar nodes");
  const parts = textOfNode(node).split(options.delimiter);
  const index = options.index ?? 0;
  if (index >= parts.length || index < 0)
    throw replacementError(`options.index ${index} is out of bounds for value ${textOfNode(node)}`);
  const copy = node.copy();
  copy.setText(parts[index]!);
  return copy;
}

function applyToTarget(nodes: LiveNodes, value: YNode, target: ReplacementTarget): number {
  const { select } = target;
  if (select === undefined) throw replacementError("target must specify resources to select");
  const paths = target.fieldPaths && target.fieldPaths.length > 0 ? target.fieldPaths : [defaultFieldPath];
  const selected = selectorRegex(select);
  const rejected = (target.reject ?? []).map((selector) => ({ selector, regex: selectorRegex(selector) }));
  let count = 0;
  for (let position = 0; position < nodes.size; position++) {
    const resource = nodes.resource(position);
    const ids = idsOf(resource);
    if (!isWanted(resource, select, rejected)) continue;
    if (!ids.some((id) => matchesId(selected, id))) continue;
    count += 1;
    copyValue(nodes.node(position), value, paths, target.options);
    nodes.noteChange(position);
  }
  return count;
}

type Rejection = { readonly selector: SelectorArgs; readonly regex: SelectorRegex };

function isWanted(resource: Resource, select: SelectorArgs, rejected: readonly Rejection[]): boolean {
  if (!matchesMetadata(resource.value, select)) return false;
  for (const { selector } of rejected)
    if ((selector.annotationSelector || selector.labelSelector) && matchesMetadata(resource.value, selector)) return false;
  return !rejected.some(({ selector, regex }) => !isIdEmpty(selector) && idsOf(resource).some((id) => matchesId(regex, id)));
}

function isIdEmpty({ group, version, kind, name, namespace }: SelectorArgs): boolean {
  return !group && !version && !kind && !name && !namespace;
}

function matchesId(regex: SelectorRegex, id: ResId): boolean {
  return regex.matchesGvk(id) && regex.matchesName(id.name) && regex.matchesNamespace(id.namespace);
}

function copyValue(target: YNode, value: YNode, paths: readonly string[], options: FieldOptions | undefined): void {
  const create = options?.create ? value.kind : undefined;
  for (const fieldPath of paths) {
    const path = splitFieldPath(fieldPath);
    if (setInStructuredText(target, value, path, create)) continue;
    const problem = `unable to find ${create ? "or create " : ""}field ${quoteGo(fieldPath)} in replacement target`;
    let fields: YNode[] | undefined;
    try {
      fields = matchPath(target, path, create, true);
    } catch (error) {
      throw prefixError(error, problem);
    }
    if (!fields || fields.length === 0) throw replacementError(problem);
    for (const field of fields) setFieldValue(options, field, value);
  }
}

function setFieldValue(options: FieldOptions | undefined, field: YNode, given: YNode): void {
  const value = given.copy();
  if (options?.delimiter) {
    if (field.kind !== "scalar") throw replacementError("delimiter option can only be used with scalar nodes");
    value.setText(spliced(field.value, textOfNode(given), options.delimiter, options.index ?? 0));
  }
  if (field.kind === "scalar") field.setText(value.value);
  else field.assign(value);
}

function spliced(text: string, part: string, delimiter: string, index: number): string {
  const parts = text.split(delimiter);
  if (index < 0) parts.unshift(part);
  else if (index >= parts.length) parts.push(part);
  else parts[index] = part;
  return parts.join(delimiter);
}
