import { useEffect, useState } from "preact/hooks";
import { ageText, type Cell, isStale, type Now } from "./fleet.js";

interface Resource {
  readonly group?: string;
  readonly version: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly status?: string;
  readonly health?: { readonly status: string; readonly message?: string };
}

interface Application {
  readonly spec?: { readonly source?: { readonly path?: string }; readonly syncPolicy?: { readonly automated?: unknown } };
  readonly status?: {
    readonly sync?: { readonly revision?: string };
    readonly resources?: readonly Resource[];
    readonly conditions?: readonly { readonly type: string; readonly message: string }[];
  };
}

/** The panel beside the grid: the Application's conditions and resources; a click on a resource shows its diff. */
export function Details({ cell, now, onClose }: { cell: Cell; now: Now; onClose: () => void }) {
  const [application, setApplication] = useState<Application>();
  const [chosen, setChosen] = useState<Resource>();
  useEffect(() => {
    setChosen(undefined);
    fetch(`/api/v1/applications/${cell.namespace}/${cell.name}`).then(async (answer) => setApplication(await answer.json()));
  }, [cell.namespace, cell.name, cell.sync, cell.health]);
  return (
    <aside class="details" aria-label={`Application ${cell.name}`}>
      <button type="button" class="close" onClick={onClose} aria-label="Close">
        ×
      </button>
      <h2>{cell.name}</h2>
      <p>
        {isStale(cell, now) ? `Stale, was ${cell.sync}` : cell.sync} · {cell.health}
        {cell.operation ? ` · last sync ${cell.operation}` : ""}
      </p>
      <p class="quiet">
        {application?.spec?.source?.path} at {application?.status?.sync?.revision?.slice(0, 10)}
        {application?.spec?.syncPolicy?.automated ? "" : " · drift is reported, not repaired"}
      </p>
      <p class={isStale(cell, now) ? "condition" : "quiet"}>
        {cell.comparedAt ? `compared ${ageText(cell, now)} ago` : "not compared yet"}
      </p>
      {application?.status?.conditions?.map((condition) => (
        <p class="condition" key={condition.type}>
          <b>{condition.type}</b> {condition.message}
        </p>
      ))}
      <table class="resources">
        <thead>
          <tr>
            <th>Kind</th>
            <th>Name</th>
            <th>Sync</th>
            <th>Health</th>
          </tr>
        </thead>
        <tbody>
          {application?.status?.resources?.map((resource) => (
            <tr key={`${resource.group}/${resource.kind}/${resource.namespace}/${resource.name}`} class={resource.status}>
              <td>{resource.kind}</td>
              <td>
                <button type="button" class="link" onClick={() => setChosen(resource)}>
                  {resource.name}
                </button>
              </td>
              <td>{resource.status}</td>
              <td title={resource.health?.message}>{resource.health?.status}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {chosen && <ResourceDiff cell={cell} resource={chosen} />}
    </aside>
  );
}

function ResourceDiff({ cell, resource }: { cell: Cell; resource: Resource }) {
  const [compared, setCompared] = useState<{ target: unknown; live: unknown; error?: string }>();
  useEffect(() => {
    const query = new URLSearchParams({
      group: resource.group ?? "",
      kind: resource.kind,
      namespace: resource.namespace ?? "",
      name: resource.name,
    });
    fetch(`/api/v1/applications/${cell.namespace}/${cell.name}/diff?${query}`).then(async (answer) =>
      setCompared(await answer.json()),
    );
  }, [cell, resource]);
  if (!compared) return <p class="quiet">…</p>;
  if (compared.error) return <p class="quiet">{compared.error}</p>;
  const changes = changedLeaves(compared.live, compared.target);
  return (
    <section class="diff" aria-label={`Difference of ${resource.kind} ${resource.name}`}>
      <h3>
        {resource.kind} {resource.name}
      </h3>
      {changes.length === 0 && <p class="quiet">Live equals git.</p>}
      {changes.map(({ path, live, target }) => (
        <pre key={path}>
          <span class="path">{path}</span>
          {live !== undefined && <span class="minus">- {JSON.stringify(live)}</span>}
          {target !== undefined && <span class="plus">+ {JSON.stringify(target)}</span>}
        </pre>
      ))}
    </section>
  );
}

interface Change {
  readonly path: string;
  readonly live: unknown;
  readonly target: unknown;
}

/** Leaves that differ, live against git. */
export function changedLeaves(live: unknown, target: unknown, path = ""): readonly Change[] {
  const isNode = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
  if (!isNode(live) || !isNode(target)) return JSON.stringify(live) === JSON.stringify(target) ? [] : [{ path, live, target }];
  const keys = [...new Set([...Object.keys(live), ...Object.keys(target)])].sort();
  return keys.flatMap((key) => changedLeaves(live[key], target[key], path === "" ? key : `${path}.${key}`));
}
