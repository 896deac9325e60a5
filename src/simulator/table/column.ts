import type { KubernetesObject } from "../../core/manifest/object.js";
import { age } from "./age.js";

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
}

/** The columns of a resource and the cells of an object under them. */
export interface Printer {
  readonly columns: readonly Column[];
  readonly cells: (object: KubernetesObject, nowMs: number) => readonly unknown[];
}

/** A column; priority 1 shows only with `-o wide`. */
export function column(name: string, type = "string", priority = 0): Column {
  return { name, type, format: name === "Name" ? "name" : "", description: "", priority };
}

/** Columns from short texts: `Name`, `Desired:integer`, `Containers+` (wide). */
export function columns(...texts: readonly string[]): readonly Column[] {
  return texts.map((text) => {
    const isWide = text.endsWith("+");
    const [name = "", type = "string"] = (isWide ? text.slice(0, -1) : text).split(":");
    return column(name, type, isWide ? 1 : 0);
  });
}

export function ageOf(object: KubernetesObject, nowMs: number): string {
  return age(object.metadata.creationTimestamp, nowMs);
}
