import { render } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { Details } from "./details.js";
import { type Cell, gridOf, keyOf, toneOf } from "./fleet.js";
import "./style.css";

const tones = ["ok", "busy", "drift", "bad", "unknown"] as const;
const toneWords = {
  ok: "Synced and Healthy",
  busy: "in progress",
  drift: "OutOfSync",
  bad: "Degraded or failed",
  unknown: "unknown",
};

/** The cells, kept current by the server's event stream; after a reconnect everything is read again. */
function useFleet(): ReadonlyMap<string, Cell> {
  const [cells, setCells] = useState<ReadonlyMap<string, Cell>>(new Map());
  useEffect(() => {
    const stream = new EventSource("/api/v1/stream");
    const load = async (): Promise<void> => {
      const { cells: all } = (await (await fetch("/api/v1/fleet")).json()) as { cells: readonly Cell[] };
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
    return () => stream.close();
  }, []);
  return cells;
}

function Fleet() {
  const cells = useFleet();
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
        <Legend cells={shown} />
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
                        {cell && <CellButton cell={cell} onChoose={choose} isChosen={keyOf(cell) === chosenKey} />}
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
                  class={`other ${toneOf(cell)}`}
                  onClick={() => choose(keyOf(cell))}
                  title={`${cell.sync}, ${cell.health}`}
                >
                  {cell.name}
                </button>
              </li>
            ))}
          </ul>
        </div>
        {chosen && <Details cell={chosen} onClose={() => choose(undefined)} />}
      </main>
    </>
  );
}

function CellButton({ cell, onChoose, isChosen }: { cell: Cell; onChoose: (key: string) => void; isChosen: boolean }) {
  const words = `${cell.name}: ${cell.sync}, ${cell.health}${cell.message ? `: ${cell.message}` : ""}`;
  return (
    <button
      type="button"
      class={`cell ${toneOf(cell)}${isChosen ? " chosen" : ""}`}
      data-app={cell.name}
      data-sync={cell.sync}
      data-health={cell.health}
      title={words}
      aria-label={words}
      onClick={() => onChoose(keyOf(cell))}
    />
  );
}

function Legend({ cells }: { cells: readonly Cell[] }) {
  const counts = new Map<string, number>();
  for (const cell of cells) counts.set(toneOf(cell), (counts.get(toneOf(cell)) ?? 0) + 1);
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
