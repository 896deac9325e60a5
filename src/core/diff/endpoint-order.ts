import { hashHex } from "../../platform/hash.js";
import type { Value } from "../manifest/value.js";
import { isObject, stringAt } from "../manifest/value.js";

/** Subsets of an Endpoints object in Kubernetes' own order: addresses by IP and owner, ports and subsets by a hash of their content. */
export function endpointOrder(subsets: readonly Value[]): readonly Value[] {
  return sortedBy(subsets.map(orderedSubset), (subset) => hashOf(`(v1.EndpointSubset)${subsetText(subset)}`));
}

function orderedSubset(subset: Value): Value {
  if (!isObject(subset)) return subset;
  const ordered: { [key: string]: Value } = { ...subset };
  for (const key of ["addresses", "notReadyAddresses"]) {
    const list = ordered[key];
    if (Array.isArray(list)) ordered[key] = sortedBy(list, addressOrder);
  }
  const { ports } = ordered;
  if (Array.isArray(ports)) ordered["ports"] = sortedBy(ports, (port) => hashOf(`(v1.EndpointPort)${portText(port)}`));
  return ordered;
}

function sortedBy(list: readonly Value[], text: (item: Value) => string): readonly Value[] {
  const keyed = list.map((item) => ({ item, text: text(item) }));
  keyed.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
  return keyed.map(({ item }) => item);
}

// Addresses of one IP: those with an owner go first, by its UID.
function addressOrder(address: Value): string {
  if (!isObject(address)) return "";
  const { targetRef } = address;
  return `${stringAt(address, "ip")}\u0000${isObject(targetRef) ? `0${stringAt(targetRef, "uid")}` : "1"}`;
}

function hashOf(text: string): string {
  return hashHex("md5", text);
}

// What Kubernetes hashes is the Go value as its debug printer writes it: every field with its type, in the order of the type.
function subsetText(subset: Value): string {
  const addresses = (key: string) => listText("v1.EndpointAddress", fieldOf(subset, key), addressText);
  const ports = listText("v1.EndpointPort", fieldOf(subset, "ports"), portText);
  return `{Addresses:${addresses("addresses")} NotReadyAddresses:${addresses("notReadyAddresses")} Ports:${ports}}`;
}

function listText(type: string, list: Value | undefined, text: (item: Value) => string): string {
  return `([]${type})${Array.isArray(list) ? `[${list.map(text).join(" ")}]` : "<nil>"}`;
}

function addressText(address: Value): string {
  const owner = fieldOf(address, "targetRef");
  const target = isObject(owner) ? referenceText(owner) : "<nil>";
  return `{IP:${text(address, "ip")} Hostname:${text(address, "hostname")} NodeName:${pointerText(address, "nodeName")} TargetRef:(*v1.ObjectReference)${target}}`;
}

function referenceText(reference: Value): string {
  const fields = [
    `Kind:${text(reference, "kind")}`,
    `Namespace:${text(reference, "namespace")}`,
    `Name:${text(reference, "name")}`,
    `UID:${text(reference, "uid", "types.UID")}`,
    `APIVersion:${text(reference, "apiVersion")}`,
    `ResourceVersion:${text(reference, "resourceVersion")}`,
    `FieldPath:${text(reference, "fieldPath")}`,
  ];
  return `{${fields.join(" ")}}`;
}

function portText(port: Value): string {
  const number = `(int32)${String(fieldOf(port, "port") ?? 0)}`;
  return `{Name:${text(port, "name")} Port:${number} Protocol:${text(port, "protocol", "v1.Protocol")} AppProtocol:${pointerText(port, "appProtocol")}}`;
}

function text(object: Value, key: string, type = "string"): string {
  const value = fieldOf(object, key);
  return `(${type})${typeof value === "string" ? value : ""}`;
}

function pointerText(object: Value, key: string): string {
  const value = fieldOf(object, key);
  return `(*string)${typeof value === "string" ? value : "<nil>"}`;
}

function fieldOf(object: Value, key: string): Value | undefined {
  return isObject(object) ? object[key] : undefined;
}
