import { parseGoInt } from "../gotemplate/value/number-syntax.js";
import { compareText } from "../gotemplate/value/text.js";
import { trimSpace } from "../gotemplate/value/unicode.js";
import { kindsInOrder } from "../manifest/kinds-in-order.js";
import { type ManifestHead, readHead } from "./manifest-head.js";

/** One rendered YAML document. */
export interface Manifest {
  /** The template it came from: `chart/templates/x.yaml`. */
  readonly path: string;
  readonly text: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

export interface Hook extends Manifest {
  readonly events: readonly string[];
  readonly weight: number;
  readonly deletePolicies: readonly string[];
}

// Helm 4 puts priority classes first and the webhooks last; Argo CD does not know them.
const installOrder = ["PriorityClass", ...kindsInOrder, "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];
const rank: ReadonlyMap<string, number> = new Map(installOrder.map((kind, index) => [kind, index]));

const hookEvents = new Set([
  "pre-install",
  "post-install",
  "pre-delete",
  "post-delete",
  "pre-upgrade",
  "post-upgrade",
  "pre-rollback",
  "post-rollback",
  "test",
  "test-success",
]);

/** Splits rendered files into manifests and hooks, both in Helm's order of kinds. Throws InputError HELM_MANIFEST. */
export function sortManifests(
  files: ReadonlyMap<string, string>,
  warn: (message: string) => void,
): { readonly manifests: Manifest[]; readonly hooks: Hook[] } {
  const manifests: Manifest[] = [];
  const hooks: Hook[] = [];
  for (const path of [...files.keys()].sort(compareText)) {
    for (const text of splitManifests(files.get(path) as string)) {
      const { annotations, ...head } = readHead(path, text);
      const manifest = { path, text, ...head };
      const hook = asHook(manifest, annotations);
      if (hook === undefined) manifests.push(manifest);
      else if (hook === "unknown") warn(`skipping unknown hooks: ${annotations?.["helm.sh/hook"]}`);
      else hooks.push(hook);
    }
  }
  return { manifests: sortByKind(manifests), hooks: sortByKind(hooks) };
}

/** The documents of a rendered file: Helm cuts at every line that starts with `---`, even inside a scalar. */
export function splitManifests(text: string): string[] {
  return trimLeft(text)
    .split(/^---[ \t]*/m)
    .filter((document) => trimSpace(document) !== "")
    .map(trimLeft);
}

function trimLeft(text: string): string {
  const trimmed = trimSpace(text);
  return trimmed === "" ? "" : text.slice(text.indexOf(trimmed[0] as string));
}

function asHook(manifest: Manifest, annotations: ManifestHead["annotations"]): Hook | "unknown" | undefined {
  const hook = annotations?.["helm.sh/hook"];
  if (annotations === undefined || hook === undefined) return undefined;
  const events = hook.split(",").map((event) => event.trim().toLowerCase());
  if (!events.every((event) => hookEvents.has(event))) return "unknown";
  const weight = parseGoInt(annotations["helm.sh/hook-weight"] ?? "", 10);
  return {
    ...manifest,
    events: events.map((event) => (event === "test-success" ? "test" : event)),
    weight: weight.kind === "ok" ? Number(weight.value) : 0,
    deletePolicies: (annotations["helm.sh/hook-delete-policy"] ?? "")
      .split(",")
      .map((policy) => policy.trim().toLowerCase())
      .filter((policy) => policy !== ""),
  };
}

/** Known kinds in install order, then unknown ones by name; otherwise the order stays. */
function sortByKind<T extends Manifest>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => {
    const left = rank.get(a.kind);
    const right = rank.get(b.kind);
    if (left !== undefined && right !== undefined) return left - right;
    if (left === undefined && right === undefined) return compareText(a.kind, b.kind);
    return left === undefined ? 1 : -1;
  });
}
