import type { ResourceType } from "../api/resource-type.js";
import { ageOf, columns, type Printer } from "./column.js";
import { corePrinters } from "./core.js";
import { customPrinter } from "./custom.js";
import { otherPrinters } from "./others.js";
import { podPrinter } from "./pods.js";
import { workloadPrinters } from "./workloads.js";

const plain: Printer = {
  columns: columns("Name", "Age"),
  cells: (object, nowMs) => [object.metadata.name, ageOf(object, nowMs)],
};

const byStorage: { readonly [storage: string]: Printer } = {
  "pods.": podPrinter,
  ...corePrinters,
  ...workloadPrinters,
  ...otherPrinters,
};

const custom = new WeakMap<ResourceType, Printer>();

/** How a resource is shown. */
export function printerOf(type: ResourceType): Printer {
  if (!type.custom) return byStorage[type.storage] ?? plain;
  let printer = custom.get(type);
  if (!printer) custom.set(type, (printer = customPrinter(type)));
  return printer;
}
