import { render } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { Details } from "./details.js";
import { type Cell, gridOf, isStale, keyOf, type Now, toneOf, verdictText } from "./fleet.js";
import "./style.css";

const tones = ["ok", "busy", "drift", "bad", "stale", "unknown"] as const;
const toneWords = {
  ok: "Synced and Healthy",
  busy: "in progress",
  drift: "OutOfSync",
  bad: "Degraded or failed",
  stale: "Stale: not compared for long",
  unknown: "unknown",
};

/** What the server's `/api/v1/fleet` answers; `now` is its time in milliseconds. */
interface FleetAnswer {
  readonly cells: readonly Cell[];
  readonly now: number;
  readonly staleAfterMs: number;
}

/** The cells, kept current by the server's event stream; after a reconnect everything is read again. */
function useFleet(): { readonly cells: ReadonlyMap<string, Cell>; readonly now: Now } {
  const [cells, setCells] = useState<ReadonlyMap<string, Cell>>(new Map());
  const [now, setNow] = useState<Now>({ nowMs: 0, staleAfterMs: Number.POSITIVE_INFINITY });
  useEffect(() => {
    let tell = (): void => {};
    const ticking = setInterval(() => tell(), 30_000);
    const stream = new EventSource("/api/v1/stream");
    const load = async (): Promise<void> => {
      const answer = (await (await fetch("/api/v1/fleet")).json()) as FleetAnswer;
      const { cells: all, staleAfterMs } = answer;
      // The browser's clock may be wrong: only what passes on it is added to the server's.
      const aheadMs = Date.now() - answer.now;
      tell = () => setNow({ nowMs: Date.now() - aheadMs, staleAfterMs });
      tell();
      setCells(new Map(all.map((cell) => [keyOf(cell), cell])));
    };
    stream.onopen = () => void load();
    stream.addEventListener("cells", (event) => {
      const { changed, deleted } = JSON.parse(event.data) as { changed: readonly Cell[]; deleted: readonly string[] };
      setCells((before) => {
        const after = new Map(before);
        for (const cell of changed) after.set(keyOf(cell), cell);
        for (const key of deleted) after.delete(key);
        return after;
      });
    });
    return () => {
      clearInterval(ticking);
      stream.close();
    };
  }, []);
  return { cells, now };
}

function Fleet() {
  const { cells, now } = useFleet();
  const [chosenKey, choose] = useState<string>();
  const [filter, setFilter] = useState("");
  const shown = useMemo(
    () => [...cells.values()].filter((cell) => cell.name.includes(filter) || cell.project === filter),
    [cells, filter],
  );
  const grid = useMemo(() => gridOf(shown), [shown]);
  const others = useMemo(
    () => shown.filter((cell) => cell.service === cell.name).sort((a, b) => (a.name < b.name ? -1 : 1)),
    [shown],
  );
  const chosen = chosenKey === undefined ? undefined : cells.get(chosenKey);
  return (
    <>
      <header>
        <h1>Fleetwright</h1>
        <Legend cells={shown} now={now} />
        <input type="search" placeholder="filter by name or project" onInput={(event) => setFilter(event.currentTarget.value)} />
      </header>
      <main>
        <div class="fleet">
          <table class="grid" aria-label="services by environment and region">
            <thead>
              <tr>
                <th />
                {grid.columns.map((column) => (
                  <th key={column} scope="col">
                    <span>{column}</span>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {grid.rows.map((row) => (
                <tr key={row}>
                  <th scope="row">{row}</th>
                  {grid.columns.map((column) => {
                    const cell = grid.at.get(`${row}|${column}`);
                    return (
                      <td key={column}>
                        {cell && <CellButton cell={cell} now={now} onChoose={choose} isChosen={keyOf(cell) === chosenKey} />}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
          <ul class="others" aria-label="platform applications">
            {others.map((cell) => (
              <li key={keyOf(cell)}>
                <button
                  type="button"
                  class={`other ${toneOf(cell, now)}`}
                  onClick={() => choose(keyOf(cell))}
                  title={verdictText(cell, now)}
                  aria-label={`${cell.name}: ${verdictText(cell, now)}`}
                >
                  {cell.name}
                </button>
              </li>
            ))}
          </ul>
        </div>
        {chosen && <Details cell={chosen} now={now} onClose={() => choose(undefined)} />}
      </main>
    </>
  );
}

interface CellButtonProps {
  readonly cell: Cell;
  readonly now: Now;
  readonly onChoose: (key: string) => void;
  readonly isChosen: boolean;
}

function CellButton({ cell, now, onChoose, isChosen }: CellButtonProps) {
  const words = `${cell.name}: ${verdictText(cell, now)}${cell.message ? `: ${cell.message}` : ""}`;
  return (
    <button
      type="button"
      class={`cell ${toneOf(cell, now)}${isChosen ? " chosen" : ""}`}
      data-app={cell.name}
      data-sync={isStale(cell, now) ? "Stale" : cell.sync}
      data-health={cell.health}
      title={words}
      aria-label={words}
      onClick={() => onChoose(keyOf(cell))}
    />
  );
}

function Legend({ cells, now }: { cells: readonly Cell[]; now: Now }) {
  const counts = new Map<string, number>();
  for (const cell of cells) counts.set(toneOf(cell, now), (counts.get(toneOf(cell, now)) ?? 0) + 1);
  return (
    <ul class="legend">
      {tones.map((tone) => (
        <li key={tone}>
          <span class={`cell ${tone}`} /> {counts.get(tone) ?? 0} {toneWords[tone]}
        </li>
      ))}
    </ul>
  );
}

const host = document.getElementById("app");
if (host) render(<Fleet />, host);
