import type { Command } from "commander";
import { explainStuck, type StuckFinding } from "../../core/decisions/stuck.js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import { listAt, objectAt, stringAt, type ValueObject } from "../../core/manifest/value.js";
import type { SyncWindow } from "../../core/project/app-project.js";
import { maySync, windowsOf } from "../../core/project/sync-windows.js";
import { resolveDestination } from "../../core/tracking/destination.js";
import type { ClusterPort } from "../../ports/cluster.js";
import { ownerOfApplication, readShards } from "./admin-shards.js";
import { getApplication } from "./application-selection.js";
import { clusterSecrets } from "./cluster-secrets.js";
import { addHubOptions, type HubOptions, withHub } from "./hub-options.js";
import type { CliIo } from "./io.js";
import { type OutputFormat, outputOption, printValue } from "./output.js";

type Options = HubOptions & { readonly output: OutputFormat };

/** `fleetwright admin explain-stuck APP`: why it does not get on. Exit code 1 where something blocks it. */
export function registerAdminExplainStuck(admin: Command, io: CliIo): void {
  addHubOptions(admin.command("explain-stuck <name>").description("why an Application does not get on, and what to do"))
    .addOption(outputOption(["text", "json", "yaml"], "text"))
    .action((name: string, options: Options) =>
      withHub(io, options, async (hub) => {
        const findings = await findingsOf(hub, await getApplication(hub, name, options.namespace), options.namespace);
        if (findings.some(({ kind }) => kind === "blocks")) io.setExitCode(1);
        if (options.output === "json" || options.output === "yaml") return printValue(io, findings, options.output);
        if (findings.length === 0) return io.out(`nothing holds ${name}\n`);
        for (const { kind, what, hint } of findings) io.out(`${kind.padEnd(6)}  ${what}\n        → ${hint}\n`);
      }),
    );
}

async function findingsOf(hub: ClusterPort, app: KubernetesObject, controlNamespace: string): Promise<readonly StuckFinding[]> {
  const spec = objectAt(app as unknown as ValueObject, "spec");
  const nowMs = Date.now();
  const argo = { apiVersion: "argoproj.io/v1alpha1", namespace: controlNamespace };
  const project = await hub.get({ ...argo, kind: "AppProject", name: stringAt(spec, "project") || "default" });
  const clusters = (await clusterSecrets(hub, controlNamespace)).map(({ cluster }) => cluster);
  const destination = objectAt(spec, "destination");
  let cluster: { readonly name: string; readonly server: string } | undefined;
  try {
    cluster = resolveDestination(
      { name: stringAt(destination, "name"), server: stringAt(destination, "server") },
      clusters.flatMap((known) => (known === undefined ? [] : [known])),
    );
  } catch {
    // Told as a finding.
  }
  const set = app.metadata.ownerReferences?.find((owner) => owner.kind === "ApplicationSet");
  const shards = await readShards(hub, controlNamespace);
  const owner = ownerOfApplication(shards, app);
  const lease = shards.replicas.find(({ identity }) => identity === owner);
  const windows = listAt(
    objectAt(project as unknown as ValueObject | undefined, "spec"),
    "syncWindows",
  ) as unknown as readonly SyncWindow[];
  const concerned = windowsOf(windows, {
    name: app.metadata.name,
    destination: { name: cluster?.name ?? "", server: cluster?.server ?? "", namespace: stringAt(destination, "namespace") },
  });
  return explainStuck({
    app,
    nowMs,
    project,
    isClusterKnown: cluster !== undefined,
    window: {
      automated: windows.length === 0 || maySync(concerned, { atMs: nowMs, isManual: false }),
      manual: windows.length === 0 || maySync(concerned, { atMs: nowMs, isManual: true }),
    },
    owner:
      owner === undefined
        ? undefined
        : { identity: owner, silentMs: lease && nowMs - Date.parse(lease.renewTime), leaseMs: shards.leaseMs },
    applicationSet:
      set === undefined
        ? undefined
        : await hub.get({
            ...argo,
            kind: "ApplicationSet",
            name: set.name,
            namespace: app.metadata.namespace ?? controlNamespace,
          }),
  });
}
