import {
  type Answers,
  admitApplicationSet,
  type Cluster,
  decodeApplicationSet,
  generate,
  type NeedAnswer,
  needKey,
} from "../applicationset/index.js";
import { changedFields } from "../impact/field-change.js";
import { equalValues, objectAt, type Value, type ValueObject } from "../manifest/value.js";
import type { FileTree } from "../render/file-tree.js";
import { nameOf, type SourceApplication } from "./sample.js";

export interface Proof {
  /** Originals that the set generates field by field as they are. */
  readonly equal: readonly string[];
  /** Originals that it generates otherwise, with the fields. */
  readonly different: readonly { readonly name: string; readonly fields: readonly string[] }[];
  readonly missing: readonly string[];
  /** Generated ones that no original has. */
  readonly extra: readonly string[];
  readonly errors: readonly string[];
}

/** Generates the set and compares each Application with the one written by hand: metadata and spec, field by field. */
export function proveSet(
  set: ValueObject,
  originals: readonly SourceApplication[],
  world: { readonly clusters: readonly Cluster[]; readonly tree?: FileTree | undefined },
): Proof {
  const { applications, errors } = generateAll(set, world);
  const made = new Map(applications.map((application) => [String(application.metadata["name"]), application]));
  const proof = { equal: [] as string[], different: [] as { name: string; fields: string[] }[], missing: [] as string[] };
  for (const original of originals) {
    const name = nameOf(original);
    const found = made.get(name);
    if (!found) proof.missing.push(name);
    else {
      const metadata = objectAt(original.value, "metadata");
      const spec = objectAt(original.value, "spec");
      if (equalValues(plain(found.metadata), plain(metadata)) && equalValues(found.spec, spec)) proof.equal.push(name);
      else {
        const fields = [
          ...changedFields(plain(metadata), plain(found.metadata), "metadata"),
          ...changedFields(spec, found.spec, "spec"),
        ];
        proof.different.push({ name, fields: fields.map(({ path }) => path) });
      }
    }
    made.delete(name);
  }
  return { ...proof, extra: [...made.keys()], errors };
}

function generateAll(
  manifest: ValueObject,
  world: { readonly clusters: readonly Cluster[]; readonly tree?: FileTree | undefined },
): {
  readonly applications: readonly { readonly metadata: ValueObject; readonly spec: ValueObject }[];
  readonly errors: readonly string[];
} {
  const admission = admitApplicationSet(manifest);
  if (!admission.valid) return { applications: [], errors: admission.errors };
  const answers = new Map<string, NeedAnswer>();
  for (;;) {
    const result = generate(decodeApplicationSet(admission.manifest), { clusters: world.clusters, answers: answers as Answers });
    if (result.kind === "generated") {
      const applications = result.applications.map(({ metadata, spec }) => ({
        metadata: metadata as unknown as ValueObject,
        spec,
      }));
      return { applications, errors: result.errors.map(({ error }) => error.message) };
    }
    const missing = result.needs.filter((need) => need.kind !== "git" || world.tree === undefined);
    if (missing.length > 0) return { applications: [], errors: missing.map((need) => `needs ${need.kind}`) };
    for (const need of result.needs) answers.set(needKey(need), { kind: "answered", value: { tree: world.tree! } } as NeedAnswer);
  }
}

/** Metadata without empty parts and without the namespace that both have. */
function plain(metadata: ValueObject): ValueObject {
  const isFilled = (value: Value): boolean => typeof value !== "object" || value === null || Object.keys(value).length > 0;
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => isFilled(value)));
}
