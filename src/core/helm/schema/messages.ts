import { quote } from "../../gotemplate/fmt/quote.js";
import type { Value } from "../../manifest/value.js";

/** A finding, and those it is made of: printed as a tree. */
export interface Finding {
  /** JSON pointer of the value. */
  readonly at: string;
  readonly message: string;
  readonly causes: readonly Finding[];
  /** A group dissolves into its enclosing one; a reference with one cause is not shown itself. */
  readonly kind: "plain" | "group" | "reference";
}

/** The findings as the original prints them, each below the one it explains. */
export function printFindings(findings: readonly Finding[], depth = 0): string[] {
  return findings.flatMap((finding) => {
    const isHidden = finding.kind === "reference" && finding.causes.length === 1;
    const line = `${"  ".repeat(depth)}- at ${quoted(finding.at)}: ${finding.message}`;
    const inner = printFindings(finding.causes, isHidden ? depth : depth + 1);
    return isHidden ? inner : [line, ...inner];
  });
}

export function quoted(text: string): string {
  return `'${quote(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

export function quotedList(texts: readonly string[]): string {
  return texts.map(quoted).join(", ");
}

/** A number with English thousands separators; very small and large ones as powers of ten. */
export function shownNumber(value: number | bigint): string {
  const size = Math.abs(Number(value));
  if (size !== 0 && (size < 1e-4 || size >= 1e21)) return scientific(Number(value));
  return new Intl.NumberFormat("en-US", { maximumFractionDigits: 20 }).format(value);
}

function scientific(value: number): string {
  const [digits = "", exponent = "0"] = value.toExponential().split("e");
  const power = Math.abs(Number(exponent)).toString().padStart(2, "0");
  const raised = Array.from(power, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("");
  return `${digits}×10${Number(exponent) < 0 ? "⁻" : ""}${raised}`;
}

/** A value for "value must be …". */
export function shownValue(value: Value): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value === "object" && value !== null) return "value";
  return value === null ? "<nil>" : String(value);
}
