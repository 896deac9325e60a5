import { compileLabelSelector } from "../applicationset/selector.js";
import { InputError } from "../errors.js";
import { isObject, listAt, objectAt, stringAt, type ValueObject } from "../manifest/value.js";
import type { FileTree } from "../render/file-tree.js";
import { parseYaml } from "../yaml/parse.js";
import type { FieldChange } from "./field-change.js";
import type { ApplicationChange } from "./fleet-diff.js";

const limits = ["changed", "removed", "clusters", "namespacesRemoved", "crdsRemoved", "immutableFields"] as const;
export type Limit = (typeof limits)[number];

/** How much one change may do to the Applications that a selector, an environment or a project takes. */
export interface Budget {
  readonly name: string;
  readonly takes: (change: ApplicationChange) => boolean;
  readonly max: { readonly [L in Limit]?: number };
}

export interface OverBudget {
  readonly budget: string;
  readonly limit: Limit;
  readonly max: number;
  readonly found: number;
  /** What counts against it; sorted. */
  readonly examples: readonly string[];
}

const fields = new Set(["name", "environment", "selector", "project", "max"]);

/** Labels by which an Application says which environment it belongs to. */
const environmentLabels = ["env", "environment", "app.kubernetes.io/environment"];

/** The file at the top of a repository that holds its budgets. */
export const budgetFile = "fleetwright.yaml";

/** The budgets that a tree holds; none where it has no such file. Throws InputError for a file that cannot be read. */
export function budgetsAt(tree: FileTree): readonly Budget[] {
  const file = tree.read(budgetFile);
  if (!file) return [];
  const value = parseYaml(file.bytes, { dialect: "kubernetes", file: budgetFile });
  const entries = isObject(value) ? listAt(value, "budgets") : [];
  return readBudgets(entries.filter(isObject), budgetFile);
}

/** Reads `budgets` of fleetwright.yaml. Throws InputError for what is not known: a limit that is misspelt guards nothing. */
export function readBudgets(entries: readonly ValueObject[], file: string): readonly Budget[] {
  return entries.map((entry, index) => {
    const refuse = (why: string): InputError =>
      new InputError(`budgets[${index}]: ${why}`, { code: "GUARD_BUDGET", location: { file } });
    const unknown = Object.keys(entry).find((key) => !fields.has(key));
    if (unknown !== undefined) throw refuse(`unknown field "${unknown}"`);
    const max = objectAt(entry, "max");
    for (const [key, value] of Object.entries(max)) {
      if (!limits.includes(key as Limit)) throw refuse(`unknown limit "${key}"; there are ${limits.join(", ")}`);
      if (typeof value !== "number" || value < 0) throw refuse(`max.${key} is no number`);
    }
    const project = stringAt(entry, "project");
    const environment = stringAt(entry, "environment");
    const matches = compileLabelSelector(objectAt(entry, "selector") as Parameters<typeof compileLabelSelector>[0]);
    return {
      name: stringAt(entry, "name") || `budgets[${index}]`,
      max: max as Budget["max"],
      takes: ({ before, after }) =>
        [before, after].some(
          (side) =>
            side !== undefined &&
            (project === "" || stringAt(side.spec, "project") === project) &&
            (environment === "" || isOf(environment, objectAt(side.metadata, "labels"))) &&
            matches(objectAt(side.metadata, "labels") as Readonly<Record<string, string>>),
        ),
    };
  });
}

function isOf(environment: string, labels: ValueObject): boolean {
  return environmentLabels.some((label) => labels[label] === environment);
}

/** Every limit that a change exceeds. An Application that can no longer be rendered counts as changed. */
export function exceededBudgets(changes: readonly ApplicationChange[], budgets: readonly Budget[]): readonly OverBudget[] {
  return budgets.flatMap((budget) => {
    const taken = changes.filter((change) => change.effect !== "unchanged" && budget.takes(change));
    return limits.flatMap((limit) => {
      const max = budget.max[limit];
      if (max === undefined) return [];
      const examples = [...new Set(taken.flatMap((change) => counted(change, limit)))].sort();
      return examples.length > max ? [{ budget: budget.name, limit, max, found: examples.length, examples }] : [];
    });
  });
}

function counted(change: ApplicationChange, limit: Limit): readonly string[] {
  switch (limit) {
    case "changed":
      return [change.name];
    case "removed":
      return change.effect === "removed" ? [change.name] : [];
    case "clusters":
      return [change.before, change.after].flatMap((side) => {
        const destination = objectAt(side?.spec, "destination");
        const cluster = stringAt(destination, "server") || stringAt(destination, "name");
        return cluster === "" ? [] : [cluster];
      });
    case "namespacesRemoved":
      return removed(change, "Namespace");
    case "crdsRemoved":
      return removed(change, "CustomResourceDefinition");
    case "immutableFields":
      return change.resources.flatMap(({ resource, fields: changed }) =>
        changed
          .filter((field) => isImmutable(resource.kind, field))
          .map((field) => `${change.name} ${resource.kind}/${resource.name} ${field.path}`),
      );
  }
}

function removed(change: ApplicationChange, kind: string): readonly string[] {
  return change.resources.flatMap(({ kind: action, resource }) =>
    action === "removed" && resource.kind === kind ? [`${change.name} ${resource.name}`] : [],
  );
}

/** Kubernetes refuses a change of these; the resource would have to be made anew. */
const immutable: { readonly [kind: string]: RegExp } = {
  Deployment: /^spec\.selector/,
  DaemonSet: /^spec\.selector/,
  ReplicaSet: /^spec\.selector/,
  StatefulSet: /^spec\.(selector|serviceName|podManagementPolicy|volumeClaimTemplates)/,
  Job: /^spec\.(selector|template|completionMode)/,
  Service: /^spec\.clusterIP/,
  PersistentVolumeClaim: /^spec\.(accessModes|storageClassName|volumeName|selector)/,
  StorageClass: /^(provisioner|parameters|reclaimPolicy)/,
  RoleBinding: /^roleRef/,
  ClusterRoleBinding: /^roleRef/,
};

function isImmutable(kind: string, field: FieldChange): boolean {
  return (
    Object.hasOwn(immutable, kind) && immutable[kind]!.test(field.path) && !(field.before === undefined && !isObject(field.after))
  );
}
