/** One Application, as the server's `/api/v1/fleet` gives it. */
export interface Cell {
  readonly namespace: string;
  readonly name: string;
  readonly service: string;
  readonly column: string;
  readonly project: string;
  readonly sync: string;
  readonly health: string;
  readonly operation: string;
  readonly message: string;
  readonly comparedAt: string;
}

export interface Grid {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly at: ReadonlyMap<string, Cell>;
}

export const keyOf = (cell: Pick<Cell, "namespace" | "name">): string => `${cell.namespace}/${cell.name}`;

/** Services by name; environments in the order of promotion, then regions. Cells without a service stand apart. */
export function gridOf(cells: Iterable<Cell>): Grid {
  const rows = new Set<string>();
  const columns = new Set<string>();
  const at = new Map<string, Cell>();
  for (const cell of cells) {
    if (cell.service === cell.name) continue;
    rows.add(cell.service);
    columns.add(cell.column);
    at.set(`${cell.service}|${cell.column}`, cell);
  }
  return { rows: [...rows].sort(), columns: [...columns].sort(byPromotion), at };
}

const promotion = ["dev", "qa", "staging", "perf", "prod", "dr"];

function byPromotion(a: string, b: string): number {
  const rank = (column: string): number => {
    const found = promotion.indexOf(column.split("-")[0] ?? "");
    return found < 0 ? promotion.length : found;
  };
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}

/** The server's time, and the age from which a verdict holds no longer. */
export interface Now {
  readonly nowMs: number;
  readonly staleAfterMs: number;
}

const ageMsOf = (cell: Cell, now: Now): number => now.nowMs - Date.parse(cell.comparedAt);

/** Whether nobody has confirmed the verdict for long: whatever it was, it is no longer told as if it held. */
export const isStale = (cell: Cell, now: Now): boolean => cell.sync !== "Unknown" && ageMsOf(cell, now) > now.staleAfterMs;

/** `12 min`, `3 h`, `2 d`; empty where nothing was compared yet. */
export function ageText(cell: Cell, now: Now): string {
  const minutes = Math.floor(Math.max(0, ageMsOf(cell, now)) / 60_000);
  if (Number.isNaN(minutes)) return "";
  if (minutes < 60) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / (24 * 60))} d`;
}

/** The verdict in words: for the panel, the tooltip and screen readers. */
export function verdictText(cell: Cell, now: Now): string {
  if (!isStale(cell, now)) return `${cell.sync}, ${cell.health}`;
  return `Stale, last compared ${ageText(cell, now)} ago, then ${cell.sync}, ${cell.health}`;
}

export type Tone = "ok" | "busy" | "drift" | "bad" | "stale" | "unknown";

/** The worst thing to say of a cell: what its colour shows. A stale verdict says nothing of now. */
export function toneOf(cell: Cell, now: Now): Tone {
  if (isStale(cell, now)) return "stale";
  if (cell.health === "Degraded" || cell.operation === "Failed" || cell.operation === "Error") return "bad";
  if (cell.health === "Progressing" || cell.operation === "Running") return "busy";
  if (cell.sync === "OutOfSync" || cell.health === "Missing") return "drift";
  if (cell.sync === "Synced" && (cell.health === "Healthy" || cell.health === "Suspended")) return "ok";
  return "unknown";
}
