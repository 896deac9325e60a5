import type { KubernetesObject } from "../../core/manifest/object.js";
import type { ResourceType } from "../api/resource-type.js";
import { age } from "./age.js";

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
}

export interface Printer {
  readonly columns: readonly Column[];
  readonly cells: (object: KubernetesObject, nowMs: number) => readonly unknown[];
}

/** A column; priority 1 shows only with `-o wide`. */
export function column(name: string, type = "string", priority = 0): Column {
  return { name, type, format: name === "Name" ? "name" : "", description: "", priority };
}

const plain: Printer = {
  columns: [column("Name"), column("Age")],
  cells: (object, nowMs) => [object.metadata.name, age(object.metadata.creationTimestamp, nowMs)],
};

/** How a resource is shown. */
export function printerOf(_type: ResourceType): Printer {
  return plain;
}
