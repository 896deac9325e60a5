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

/** The worst thing to say of a cell: what its colour shows. */
export function toneOf(cell: Cell): "ok" | "busy" | "drift" | "bad" | "unknown" {
  if (cell.health === "Degraded" || cell.operation === "Failed" || cell.operation === "Error") return "bad";
  if (cell.health === "Progressing" || cell.operation === "Running") return "busy";
  if (cell.sync === "OutOfSync" || cell.health === "Missing") return "drift";
  if (cell.sync === "Synced" && (cell.health === "Healthy" || cell.health === "Suspended")) return "ok";
  return "unknown";
}
