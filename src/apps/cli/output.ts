import { Option } from "commander";
import type { Value } from "../../core/manifest/value.js";
import { emitYaml } from "../../core/yaml/emit.js";
import { emitJson } from "../../core/yaml/json.js";
import type { CliIo } from "./io.js";

export type OutputFormat = "table" | "wide" | "json" | "yaml";

/** `-o, --output`, the same for every command. */
export function outputOption(formats: readonly string[] = ["table", "wide", "json", "yaml"], initial = "table"): Option {
  return new Option("-o, --output <format>", "how the result is printed").choices([...formats]).default(initial);
}

/** Whether a format is for people. */
export function isTable(format: string): boolean {
  return format === "table" || format === "wide";
}

/** Columns padded to their widest cell, two blanks between, as kubectl prints. A text of many lines (an error) becomes one. */
export function formatTable(headers: readonly string[], cells: readonly (readonly string[])[]): string {
  const rows = cells.map((row) => row.map((cell) => cell.replace(/\s*\n\s*/g, " ")));
  const widths = headers.map((header, column) => Math.max(header.length, ...rows.map((row) => (row[column] ?? "").length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === headers.length - 1 ? cell : cell.padEnd(widths[column]!)))
      .join("  ")
      .trimEnd();
  return [headers, ...rows].map((row) => `${line(row)}\n`).join("");
}

/** `3d4h`, `5m`, `12s`: an age as kubectl words it, in its two largest units. */
export function formatAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`;
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return hours < 8 && minutes % 60 > 0 ? `${hours}h${minutes % 60}m` : `${hours}h`;
  const days = Math.floor(hours / 24);
  return days < 8 && hours % 24 > 0 ? `${days}d${hours % 24}h` : `${days}d`;
}

/** A value as JSON or YAML, for programs. */
export function printValue(io: CliIo, value: unknown, format: string): void {
  io.out(
    format === "yaml"
      ? emitYaml(value as Value, { style: "kubernetes" })
      : `${emitJson(value as Value, { indent: 2, sortKeys: false, escapeHtml: false })}\n`,
  );
}
