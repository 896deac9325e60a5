import type { SortOptionsArgs } from "../kustomization/fields.js";
import { kustomizeError } from "../model/errors.js";
import {
  compareBytes,
  equalGvk,
  formatGvk,
  orderFirst,
  orderLast,
  sortString,
  type TypeOrders,
  typeOrders,
} from "../model/gvk.js";
import type { ResId } from "../model/res-id.js";
import type { Transformer } from "./transformer.js";

/** SortOrderTransformer: the order of the output (`sortOptions`): as accumulated, or by kind and name. */
export function sortOrderTransformer(options: SortOptionsArgs | undefined): Transformer {
  const order = options ? (options.order ?? "") : "fifo";
  if (order !== "fifo" && order !== "legacy")
    throw kustomizeError("KUSTOMIZE_FIELD", "the field 'sortOptions.order' must be one of [fifo, legacy]");
  if (order === "fifo" && options?.legacySortOptions)
    throw kustomizeError(
      "KUSTOMIZE_FIELD",
      "the field 'sortOptions.legacySortOptions' is set but the selected sort order is 'fifo', not 'legacy'",
    );
  const legacy = options?.legacySortOptions;
  const orders = legacy ? typeOrders(legacy.orderFirst ?? [], legacy.orderLast ?? []) : typeOrders(orderFirst, orderLast);
  return {
    kind: "SortOrderTransformer",
    transform(map) {
      if (order === "fifo") return;
      const sorted = map.resources.map((resource) => ({ resource, id: resource.curId, key: sortKey(resource.curId) }));
      sorted.sort((a, b) => (equalGvk(a.id, b.id) ? compareBytes(a.key, b.key) : compareKinds(a.id, b.id, orders)));
      map.setAll([]);
      map.appendAll(sorted.map(({ resource }) => resource));
    },
  };
}

function sortKey(id: ResId): string {
  return `${formatGvk(id)}|${id.namespace || "~X"}|${id.name || "~N"}`;
}

function compareKinds(a: ResId, b: ResId, orders: TypeOrders): number {
  const byOrder = (orders.get(a.kind) ?? 0) - (orders.get(b.kind) ?? 0);
  if (byOrder !== 0) return byOrder;
  const isReversed = a.kind === "Namespace" && b.kind === "Namespace" && (a.group === "" || b.group === "");
  return compareBytes(sortString(a), sortString(b)) * (isReversed ? -1 : 1);
}
