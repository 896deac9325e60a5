import type { KubernetesObject } from "../../core/manifest/object.js";
import { invalid } from "../api/status-error.js";
import type { Cluster } from "../cluster.js";
import { count, type Draft, ensure, part, parts, setDefault, text } from "../draft.js";
import type { WriteOptions } from "../writes/options.js";
import { invalidField } from "./causes.js";

const firstNodePort = 30_000;
const lastNodePort = 32_767;

/** Gives a Service its cluster address and node ports. An update keeps those that it does not mention. */
export function allocateService(cluster: Cluster, draft: Draft, old: KubernetesObject | undefined, _options: WriteOptions): void {
  const spec = ensure(draft, "spec");
  const oldSpec = old && part(old as unknown as Draft, "spec");
  if (text(spec, "type") === "ExternalName") {
    for (const key of ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"]) delete spec[key];
    return;
  }
  if (text(spec, "clusterIP") === "") spec["clusterIP"] = text(oldSpec, "clusterIP") || freeAddress(cluster);
  else if (!old && spec["clusterIP"] !== "None") checkFree(cluster, draft, text(spec, "clusterIP"));
  spec["clusterIPs"] = [spec["clusterIP"]];
  setDefault(spec, "ipFamilies", ["IPv4"]);
  setDefault(spec, "ipFamilyPolicy", "SingleStack");
  const wantsPorts =
    text(spec, "type") === "NodePort" ||
    (text(spec, "type") === "LoadBalancer" && spec["allocateLoadBalancerNodePorts"] !== false);
  for (const port of parts(spec, "ports")) {
    if (!wantsPorts) continue;
    if (count(port, "nodePort") !== 0) continue;
    const before = parts(oldSpec, "ports").find((item) => item["port"] === port["port"] && item["protocol"] === port["protocol"]);
    port["nodePort"] = before?.["nodePort"] ?? freePort(cluster, spec);
  }
}

function services(cluster: Cluster): Draft[] {
  return cluster.store.list("services.").map((entry) => part(entry.object as unknown as Draft, "spec") ?? {});
}

function freeAddress(cluster: Cluster): string {
  const used = new Set(services(cluster).map((spec) => text(spec, "clusterIP")));
  for (;;) {
    const address = `10.96.${Math.floor(cluster.random() * 256)}.${1 + Math.floor(cluster.random() * 254)}`;
    if (!used.has(address)) return address;
  }
}

function checkFree(cluster: Cluster, draft: Draft, address: string): void {
  if (services(cluster).every((spec) => spec["clusterIP"] !== address)) return;
  throw invalid({ group: "", kind: "Service" }, text(part(draft, "metadata"), "name"), [
    invalidField("spec.clusterIPs", [address], "failed to allocate IP " + address + ": provided IP is already allocated"),
  ]);
}

function freePort(cluster: Cluster, own: Draft): number {
  const used = new Set(
    [...services(cluster), own].flatMap((spec) => parts(spec, "ports").map((port) => count(port, "nodePort"))),
  );
  for (;;) {
    const port = firstNodePort + Math.floor(cluster.random() * (lastNodePort - firstNodePort + 1));
    if (!used.has(port)) return port;
  }
}
