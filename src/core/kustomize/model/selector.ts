import type { SelectorArgs } from "../kustomization/fields.js";
import type { NodeMap } from "../nodes/node.js";
import { metaTexts } from "./annotations.js";
import type { Gvk } from "./gvk.js";
import { formatGvk } from "./gvk.js";
import { matchesLabels } from "./label-selector.js";
import { anchoredGoRegex, type TextMatcher } from "./regex.js";
import { effectiveNamespace } from "./res-id.js";
import type { ResMap } from "./res-map.js";

/** The regular expressions of a selector; an empty field matches anything. */
export interface SelectorRegex {
  matchesGvk(gvk: Gvk): boolean;
  readonly matchesName: TextMatcher;
  readonly matchesNamespace: TextMatcher;
}

export function selectorRegex(selector: SelectorArgs): SelectorRegex {
  const group = anchoredGoRegex(selector.group ?? "");
  const version = anchoredGoRegex(selector.version ?? "");
  const kind = anchoredGoRegex(selector.kind ?? "");
  return {
    matchesGvk: (gvk) => group(gvk.group) && version(gvk.version) && kind(gvk.kind),
    matchesName: anchoredGoRegex(selector.name ?? ""),
    matchesNamespace: anchoredGoRegex(selector.namespace ?? ""),
  };
}

/** Positions of the resources that a patch's or a transformer's target selects, by present or original name. */
export function selectPositions(map: ResMap, selector: SelectorArgs): readonly number[] {
  const regex = selectorRegex(selector);
  const positions: number[] = [];
  map.resources.forEach((resource, position) => {
    const { curId, orgId } = resource;
    if (!regex.matchesNamespace(effectiveNamespace(orgId)) && !regex.matchesNamespace(effectiveNamespace(curId))) return;
    if (!regex.matchesName(orgId.name) && !regex.matchesName(curId.name)) return;
    if (!regex.matchesGvk(curId) || !matchesMetadata(resource.value, selector)) return;
    positions.push(position);
  });
  return positions;
}

/** The label and annotation selectors; both are parsed even where one alone decides. */
export function matchesMetadata(value: NodeMap, { labelSelector, annotationSelector }: SelectorArgs): boolean {
  const byLabels = !labelSelector || matchesLabels(labelSelector, metaTexts(value, "labels"));
  const byAnnotations = !annotationSelector || matchesLabels(annotationSelector, metaTexts(value, "annotations"));
  return byLabels && byAnnotations;
}

/** A selector as messages give it. */
export function formatSelectorId(selector: SelectorArgs): string {
  const gvk = { group: selector.group ?? "", version: selector.version ?? "", kind: selector.kind ?? "" };
  return `${formatGvk(gvk)}/${selector.name || "[noName]"}.${selector.namespace || "[noNs]"}`;
}

/** A whole selector as messages give it. */
export function formatSelector(selector: SelectorArgs): string {
  return `${formatSelectorId(selector)}:a=${selector.annotationSelector ?? ""}:l=${selector.labelSelector ?? ""}`;
}
