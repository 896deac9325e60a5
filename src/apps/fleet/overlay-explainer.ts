import { findResource } from "../../core/explain/find-resource.js";
import type { Writer } from "../../core/explain/find-writers.js";
import { type ComparedSide, overlayFile, overlayLine } from "../../core/explain/overlay-difference.js";
import type { FleetApplication } from "../../core/impact/fleet-state.js";
import type { FoldedChange } from "../../core/impact/fold.js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import type { Value } from "../../core/manifest/value.js";
import type { FileTree } from "../../core/render/file-tree.js";
import { firstDirectory } from "../../core/render/written-sources.js";
import { renderFromTrees } from "./render-from-trees.js";

export type ApplicationPair = readonly [FleetApplication, FleetApplication];

/** A difference that a line of one side's own overlays sets on purpose. */
export interface ExplainedDifference {
  /** `Deployment/web` */
  readonly resource: string;
  /** Absent where the whole resource is only on one side. */
  readonly field?: string;
  readonly before?: Value;
  readonly after?: Value;
  readonly because: readonly Omit<Writer, "text">[];
  /** Pairs in which it is so. */
  readonly count: number;
}

export interface Explanation {
  /** What no overlay explains. */
  readonly left: FoldedChange | undefined;
  readonly explained: readonly ExplainedDifference[];
}

/**
 * Takes from a difference what overlays explain: a field that a line of a file sets which only one of the two reads, a resource that lies in such a
 * file, a reference to a name that is generated from such values. Equal differences are looked into once, in their first pair.
 */
export function overlayExplainer(tree: FileTree): (folded: FoldedChange, pair: ApplicationPair) => Explanation {
  const render = renderFromTrees();

  const sidesOf = ([a, b]: ApplicationPair): readonly [ComparedSide, ComparedSide] => {
    const side = (own: FleetApplication, other: FleetApplication): ComparedSide => ({
      manifests: own.render.manifests,
      render: (edited) => render(own, () => edited).manifests,
      ownFiles: [...own.render.readSet.files].flatMap(([path, id]) =>
        id === "" || other.render.readSet.files.get(path) === id ? [] : [path],
      ),
      directory: firstDirectory(own.spec),
    });
    return [side(a, b), side(b, a)];
  };

  return (folded, pair) => {
    const { change, applications, isConsequence } = folded;
    const count = applications.length;
    const sides = sidesOf(pair);
    const name = `${change.resource.kind}/${change.resource.name}`;
    const objects = [change.renamedFrom ?? change.resource.name, change.resource.name].map(
      (each, at): KubernetesObject | undefined => findResource(sides[at]!.manifests, `${change.resource.kind}/${each}`),
    );
    if (isConsequence) return { left: undefined, explained: [] };
    if (change.kind !== "changed") {
      const at = change.kind === "added" ? 1 : 0;
      const object = objects[at];
      const place = object && overlayFile(sides[at]!, object, tree);
      return place
        ? { left: undefined, explained: [{ resource: name, because: [place], count }] }
        : { left: folded, explained: [] };
    }
    const explained: ExplainedDifference[] = [];
    const fields = change.fields.filter(({ path, before, after }) => {
      const because = sides.flatMap((side, at) => (objects[at] && overlayLine(side, objects[at], path, tree)) ?? []);
      if (because.length === 0) return true;
      explained.push({
        resource: name,
        field: path,
        ...(before === undefined ? {} : { before }),
        ...(after === undefined ? {} : { after }),
        because: because.map(({ file, line }) => ({ file, line })),
        count,
      });
      return false;
    });
    return { left: fields.length > 0 ? { ...folded, change: { ...change, fields } } : undefined, explained };
  };
}
