import type { Command } from "commander";
import { approvalAnnotation } from "../../core/applicationset/index.js";
import { InputError } from "../../core/errors.js";
import { asValue, type KubernetesObject } from "../../core/manifest/object.js";
import { isObject, listAt, objectAt, stringAt } from "../../core/manifest/value.js";
import { parseRfc3339Ms } from "../../core/tracking/application-flags.js";
import { approvedHashes, guardConfigMap, type HeldPlan, heldPlans } from "../../engine/guard/guard-record.js";
import type { ClusterPort, ObjectRef } from "../../ports/cluster.js";
import { addHubOptions, type HubOptions, withHub } from "./hub-options.js";
import type { CliIo } from "./io.js";
import { formatAge, formatTable, outputOption, printValue } from "./output.js";

/** `fleetwright plan …`: what waits for an approval: commits over budget, and deletions that ApplicationSets hold. */
export function registerPlan(program: Command, io: CliIo): void {
  const plan = program.command("plan").description("changes over budget that the controller holds until they are approved");
  addHubOptions(plan.command("list").description("every plan that waits"))
    .addOption(outputOption(["table", "json", "yaml"]))
    .action((options: HubOptions & { readonly output: string }) =>
      withHub(io, options, async (hub) => {
        const waiting = await readWaiting(hub, options.namespace);
        if (options.output !== "table") printValue(io, waiting.map(printable), options.output);
        else io.out(waiting.length === 0 ? "no plan waits\n" : listText(waiting, Date.now()));
      }),
    );
  addHubOptions(plan.command("show <hash>").description("what a plan would do"))
    .addOption(outputOption(["table", "json", "yaml"]))
    .action((hash: string, options: HubOptions & { readonly output: string }) =>
      withHub(io, options, async (hub) => {
        const found = findPlan(await readWaiting(hub, options.namespace), hash);
        if (options.output !== "table") printValue(io, printable(found), options.output);
        else io.out(showText(found));
      }),
    );
  addHubOptions(plan.command("approve <hash>").description("let exactly this plan through, once")).action(
    (hash: string, options: HubOptions) =>
      withHub(io, options, async (hub) => {
        const found = findPlan(await readWaiting(hub, options.namespace), hash);
        await approve(hub, found, options.namespace);
        io.out(`approved ${found.hash}\n`);
      }),
  );
}

type Waiting =
  | { readonly kind: "commit"; readonly hash: string; readonly plan: HeldPlan }
  | {
      readonly kind: "applicationSet";
      readonly hash: string;
      readonly set: KubernetesObject;
      readonly since: string;
      readonly why: string;
    };

async function readWaiting(hub: ClusterPort, namespace: string): Promise<readonly Waiting[]> {
  const record = await hub.get(recordRef(namespace));
  const sets = await hub.list(
    {
      group: "argoproj.io",
      version: "v1alpha1",
      kind: "ApplicationSet",
      resource: "applicationsets",
      namespaced: true,
      verbs: ["list"],
    },
    { namespace },
  );
  return [
    ...heldPlans(record).map((plan): Waiting => ({ kind: "commit", hash: plan.hash, plan })),
    ...sets.items.flatMap((set) => heldDeletions(set)),
  ];
}

/** What ADR 0042 holds stands in the set's condition, with its hash. */
function heldDeletions(set: KubernetesObject): readonly Waiting[] {
  const conditions = listAt(objectAt(asValue(set), "status"), "conditions").filter(isObject);
  const held = conditions.find((one) => one["type"] === "DeletionsHeld" && one["status"] === "True");
  const why = stringAt(held, "message");
  const hash = new RegExp(`${approvalAnnotation.replaceAll(".", "\\.")}=([0-9a-f]+)`).exec(why)?.[1];
  if (hash === undefined) return [];
  return [{ kind: "applicationSet", hash, set, since: stringAt(held, "lastTransitionTime"), why }];
}

function recordRef(namespace: string): ObjectRef {
  return { apiVersion: "v1", kind: "ConfigMap", namespace, name: guardConfigMap };
}

function findPlan(waiting: readonly Waiting[], hash: string): Waiting {
  const found = hash.length < 6 ? [] : waiting.filter((one) => one.hash.startsWith(hash));
  if (found.length === 1) return found[0]!;
  throw new InputError(found.length === 0 ? `no plan ${hash} waits` : `${hash} is the beginning of several plans`, {
    code: "PLAN_UNKNOWN",
    hint: "fleetwright plan list; at least six characters of a hash",
  });
}

async function approve(hub: ClusterPort, found: Waiting, namespace: string): Promise<void> {
  if (found.kind === "applicationSet") {
    const { apiVersion, kind, metadata } = found.set;
    const ref = { apiVersion, kind, namespace, name: metadata.name };
    await hub.patch(ref, { metadata: { annotations: { [approvalAnnotation]: found.hash } } }, { type: "merge" });
    return;
  }
  const record = await hub.get(recordRef(namespace));
  const hashes = [...new Set([...approvedHashes(record, approvalAnnotation), found.hash])];
  const annotations = { [approvalAnnotation]: hashes.join(",") };
  await hub.patch(recordRef(namespace), { metadata: { annotations } }, { type: "merge" });
}

function printable(waiting: Waiting): unknown {
  if (waiting.kind === "commit") return { kind: waiting.kind, ...waiting.plan };
  const { kind, hash, set, since, why } = waiting;
  return { kind, hash, applicationSet: set.metadata.name, since, why: [why] };
}

function listText(waiting: readonly Waiting[], nowMs: number): string {
  return formatTable(
    ["PLAN", "WAITS", "WHAT", "APPLICATIONS", "WHY"],
    waiting.map((one) =>
      one.kind === "commit"
        ? [
            one.hash.slice(0, 12),
            formatAge(nowMs - (parseRfc3339Ms(one.plan.since) ?? nowMs)),
            `${one.plan.to.slice(0, 8)} of ${one.plan.repoURL} ${one.plan.revision}`,
            String(one.plan.applications),
            one.plan.why.join("; "),
          ]
        : [
            one.hash.slice(0, 12),
            formatAge(nowMs - (parseRfc3339Ms(one.since) ?? nowMs)),
            `deletions of ApplicationSet ${one.set.metadata.name}`,
            /^(\d+) of/.exec(one.why)?.[1] ?? "",
            one.why.split("(")[0]!.trim(),
          ],
    ),
  );
}

const shown = 12;

function showText(waiting: Waiting): string {
  if (waiting.kind === "applicationSet")
    return `plan     ${waiting.hash}\nset      ${waiting.set.metadata.name}\nsince    ${waiting.since}\n${waiting.why}\n`;
  const { plan } = waiting;
  const lines = [
    `plan     ${plan.hash}`,
    `commit   ${plan.from.slice(0, 12)} → ${plan.to.slice(0, 12)} of ${plan.repoURL} ${plan.revision}`,
    `since    ${plan.since}`,
    ...plan.why.map((why) => `over     ${why}`),
    `${plan.applications} Applications:`,
    ...plan.changes
      .slice(0, shown)
      .flatMap(({ application, effect, spec, resources }) => [
        `  ${effect.padEnd(8)} ${application}`,
        ...spec.slice(0, shown).map((path) => `             ${path}`),
        ...resources.slice(0, shown).map((text) => `             ${text}`),
      ]),
    ...(plan.applications > shown ? [`  … and ${plan.applications - shown} more (-o json)`] : []),
    `approve: fleetwright plan approve ${plan.hash}`,
  ];
  return `${lines.join("\n")}\n`;
}
