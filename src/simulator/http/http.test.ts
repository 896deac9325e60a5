import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../server.js";

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({ name: "one", speed: Number.POSITIVE_INFINITY, historyLimit: 100 });
});

afterAll(() => simulator.close());

/** What the tests look at of an answer. */
interface Body {
  readonly message: string;
  readonly items: readonly Body[];
  readonly data: Record<string, string>;
  readonly dada?: unknown;
  readonly spec: { readonly containers: readonly { readonly resources: unknown }[] };
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly continue?: string;
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: unknown;
    readonly annotations?: unknown;
    readonly managedFields: readonly { readonly manager: string; readonly fieldsV1: unknown }[];
  };
}

interface WatchEvent {
  readonly type: string;
  readonly object: Body;
}

interface Answer {
  readonly code: number;
  readonly body: Body;
  readonly headers: Headers;
}

async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const sent = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) };
  const response = await fetch(simulator.url + path, {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...sent,
  });
  const text = await response.text();
  return { code: response.status, body: text.startsWith("{") ? JSON.parse(text) : text, headers: response.headers };
}

const maps = "/api/v1/namespaces/default/configmaps";

function configMap(name: string, data: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}): object {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, ...metadata }, data };
}

async function eventsOf(path: string, count: number, change: () => Promise<unknown>): Promise<WatchEvent[]> {
  const abort = new AbortController();
  const response = await fetch(simulator.url + path, { signal: abort.signal });
  await change();
  const events: WatchEvent[] = [];
  let rest = "";
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    rest += new TextDecoder().decode(chunk);
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    events.push(...lines.map((line) => JSON.parse(line)));
    if (events.length >= count) break;
  }
  abort.abort();
  return events;
}

describe("objects", () => {
  test("a created object has uid, creationTimestamp and resourceVersion; a second of its name is refused", async () => {
    const made = await ask("POST", maps, configMap("a", { x: "1" }));
    expect(made.code).toBe(201);
    expect(made.body.metadata).toMatchObject({
      name: "a",
      namespace: "default",
      resourceVersion: expect.stringMatching(/^\d+$/),
    });
    const again = await ask("POST", maps, configMap("a"));
    expect(again.body).toMatchObject({
      code: 409,
      reason: "AlreadyExists",
      message: 'configmaps "a" already exists',
      details: { name: "a", kind: "configmaps" },
    });
  });

  test("an update of a stale version conflicts; one that changes nothing keeps the version", async () => {
    const { body } = await ask("GET", `${maps}/a`);
    expect((await ask("PUT", `${maps}/a`, body)).body.metadata.resourceVersion).toBe(body.metadata.resourceVersion);
    await ask("PUT", `${maps}/a`, { ...body, data: { x: "2" } });
    const stale = await ask("PUT", `${maps}/a`, { ...body, data: { x: "3" } });
    expect(stale.code).toBe(409);
    expect(stale.body.message).toBe(
      'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    );
  });

  test("a dry run answers as if, and stores nothing", async () => {
    expect((await ask("POST", `${maps}?dryRun=All`, configMap("ghost"))).code).toBe(201);
    expect((await ask("GET", `${maps}/ghost`)).body).toMatchObject({ code: 404, message: 'configmaps "ghost" not found' });
  });

  test("integers beyond 2^53 keep their digits", async () => {
    const text = '{"apiVersion":"apps/v1","kind":"ControllerRevision","metadata":{"name":"big"},"revision":9007199254740993}';
    await ask("POST", "/apis/apps/v1/namespaces/default/controllerrevisions", text);
    const response = await fetch(`${simulator.url}/apis/apps/v1/namespaces/default/controllerrevisions/big`);
    expect(await response.text()).toContain('"revision":9007199254740993');
  });

  test("unknown fields are dropped with a warning, refused under strict validation", async () => {
    const body = { ...configMap("w"), dada: {} };
    const warned = await ask("POST", maps, body);
    expect(warned.headers.get("warning")).toBe('299 - "unknown field \\"dada\\""');
    expect(warned.body.dada).toBeUndefined();
    const strict = await ask("POST", `${maps}?fieldValidation=Strict`, { ...configMap("w2"), dada: {} });
    expect(strict.body.message).toContain('strict decoding error: unknown field "dada"');
  });

  test("a value of the wrong type is refused in Go's words", async () => {
    const refused = await ask("POST", maps, configMap("n", { x: 1 }));
    expect(refused.body.message).toBe(
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
    );
  });

  test("an immutable ConfigMap stays as it is", async () => {
    await ask("POST", maps, { ...configMap("fixed", { x: "1" }), immutable: true });
    const refused = await ask("PATCH", `${maps}/fixed`, { data: { x: "2" } }, { "content-type": "application/merge-patch+json" });
    expect(refused.body.message).toBe(
      'ConfigMap "fixed" is invalid: data: Forbidden: field is immutable when `immutable` is set',
    );
  });

  test("quantities are kept in their canonical form, as drift between git and cluster shows it", async () => {
    const spec = {
      containers: [
        { name: "c", image: "i", resources: { requests: { cpu: "1000m", memory: "1024Mi" }, limits: { cpu: "1.5" } } },
      ],
    };
    const { body } = await ask("POST", "/api/v1/namespaces/default/pods", {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "q" },
      spec,
    });
    expect(body.spec.containers[0]?.resources).toEqual({ requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "1500m" } });
  });
});

describe("server-side apply", () => {
  const apply = { "content-type": "application/apply-patch+yaml" };
  const url = `${maps}/ssa`;

  test("a field that its owner no longer applies is taken away, one that another owns stays", async () => {
    await ask("PATCH", `${url}?fieldManager=a`, "apiVersion: v1\nkind: ConfigMap\ndata: {one: '1', two: '2'}\n", apply);
    await ask("PATCH", `${url}?fieldManager=b`, configMap("ssa", { two: "2", three: "3" }), apply);
    const { body } = await ask("PATCH", `${url}?fieldManager=a`, configMap("ssa"), apply);
    expect(body.data).toEqual({ two: "2", three: "3" });
  });

  test("a change of another's field is a conflict with a cause a field, unless it is forced", async () => {
    const refused = await ask("PATCH", `${url}?fieldManager=c`, configMap("ssa", { two: "x" }), apply);
    expect(refused.body).toMatchObject({
      code: 409,
      message: 'Apply failed with 1 conflict: conflict with "b": .data.two',
      details: { causes: [{ reason: "FieldManagerConflict", field: ".data.two" }] },
    });
    const forced = await ask("PATCH", `${url}?fieldManager=c&force=true`, configMap("ssa", { two: "x" }), apply);
    expect(forced.body.metadata.managedFields.map((entry) => [entry.manager, entry.fieldsV1])).toEqual([
      ["b", { "f:data": { "f:three": {} } }],
      ["c", { "f:data": { "f:two": {} } }],
    ]);
  });

  test("applying the same again changes nothing", async () => {
    const first = await ask("PATCH", `${url}?fieldManager=c`, configMap("ssa", { two: "x" }), apply);
    const second = await ask("PATCH", `${url}?fieldManager=c`, configMap("ssa", { two: "x" }), apply);
    expect(second.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion);
  });
});

describe("lists", () => {
  test("selectors, pages and the count of what remains", async () => {
    for (let i = 0; i < 5; i++) await ask("POST", maps, configMap(`p${i}`, {}, { labels: { set: i < 3 ? "low" : "high" } }));
    const names = (answer: Answer): string[] => answer.body.items.map((item) => item.metadata.name);
    expect(names(await ask("GET", `${maps}?labelSelector=set%20in%20(high)`))).toEqual(["p3", "p4"]);
    expect(names(await ask("GET", `${maps}?fieldSelector=metadata.name%3Dp1`))).toEqual(["p1"]);
    const first = await ask("GET", `${maps}?labelSelector=set&limit=2`);
    const next = await ask("GET", `${maps}?labelSelector=set&limit=2&continue=${first.body.metadata.continue}`);
    expect([...names(first), ...names(next)]).toEqual(["p0", "p1", "p2", "p3"]);
    expect((await ask("GET", `${maps}?fieldSelector=spec.x%3D1`)).code).toBe(400);
  });

  test("a page of a list that is no longer known is gone", async () => {
    const first = await ask("GET", `${maps}?limit=2`);
    simulator.cluster.store.compact();
    const gone = await ask("GET", `${maps}?limit=2&continue=${first.body.metadata.continue}`);
    expect(gone.body).toMatchObject({ code: 410, reason: "Expired" });
  });
});

describe("watches", () => {
  test("a watch resumes after a version and follows", async () => {
    const { body } = await ask("GET", maps);
    await ask("POST", maps, configMap("before"));
    const events = await eventsOf(`${maps}?watch=1&resourceVersion=${body.metadata.resourceVersion}`, 2, () =>
      ask("DELETE", `${maps}/before`),
    );
    expect(events.map((event) => [event.type, event.object.metadata.name])).toEqual([
      ["ADDED", "before"],
      ["DELETED", "before"],
    ]);
  });

  test("an object that enters the selection is added, one that leaves it deleted", async () => {
    const { body } = await ask("GET", maps);
    const patch = (team: string): Promise<Answer> =>
      ask("PATCH", `${maps}/p0`, { metadata: { labels: { team } } }, { "content-type": "application/merge-patch+json" });
    const events = await eventsOf(
      `${maps}?watch=1&labelSelector=team%3Da&resourceVersion=${body.metadata.resourceVersion}`,
      2,
      async () => {
        await patch("a");
        await patch("b");
      },
    );
    expect(events.map((event) => event.type)).toEqual(["ADDED", "DELETED"]);
  });

  test("a version that is too old is an ERROR event in a stream that was answered with 200", async () => {
    simulator.cluster.store.compact();
    const events = await eventsOf(`${maps}?watch=1&resourceVersion=1`, 1, async () => {});
    expect(events[0]).toMatchObject({ type: "ERROR", object: { code: 410, reason: "Expired" } });
  });

  test("WatchList sends what there is, then a bookmark that says so", async () => {
    const query = "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    const events = await eventsOf(`/api/v1/namespaces?${query}`, 5, async () => {});
    expect(events.map((event) => event.type)).toEqual(["ADDED", "ADDED", "ADDED", "ADDED", "BOOKMARK"]);
    expect(events[4]?.object?.metadata.annotations).toEqual({ "k8s.io/initial-events-end": "true" });
  });
});

describe("deletion", () => {
  test("a finalizer keeps an object until it is taken off", async () => {
    await ask("POST", maps, configMap("held", {}, { finalizers: ["example.com/hold"] }));
    expect((await ask("DELETE", `${maps}/held`)).body.metadata.deletionTimestamp).toBeDefined();
    await ask("PATCH", `${maps}/held`, { metadata: { finalizers: null } }, { "content-type": "application/merge-patch+json" });
    expect((await ask("GET", `${maps}/held`)).code).toBe(404);
  });

  test("dependents go with their owner; orphans stay without the reference", async () => {
    const owned = async (policy: string): Promise<Answer> => {
      const owner = (await ask("POST", maps, configMap("owner"))).body;
      const reference = { apiVersion: "v1", kind: "ConfigMap", name: "owner", uid: owner.metadata.uid };
      await ask("POST", maps, configMap("child", {}, { ownerReferences: [reference] }));
      await ask("DELETE", `${maps}/owner`, { propagationPolicy: policy });
      await new Promise((resolve) => setTimeout(resolve, 50));
      return ask("GET", `${maps}/child`);
    };
    expect((await owned("Background")).code).toBe(404);
    const orphan = await owned("Orphan");
    expect(orphan.code).toBe(200);
    expect(orphan.body.metadata.ownerReferences).toBeUndefined();
  });

  test("a precondition on the uid protects a namesake", async () => {
    const refused = await ask("DELETE", `${maps}/child`, { preconditions: { uid: "other" } });
    expect(refused.body.message).toContain("the UID in the precondition (other) does not match the UID in record");
  });
});

describe("faults", () => {
  test("requests fail with the chosen status and Retry-After while the fault is on", async () => {
    simulator.faults.failRate = 1;
    simulator.faults.failStatus = 429;
    const refused = await ask("GET", maps);
    simulator.faults.failRate = 0;
    expect([refused.code, refused.headers.get("retry-after")]).toEqual([429, "1"]);
    simulator.faults.unreachable = true;
    await expect(ask("GET", maps)).rejects.toThrow();
    simulator.faults.unreachable = false;
    expect((await ask("GET", maps)).code).toBe(200);
  });

  test("a wrong token is refused", async () => {
    expect((await ask("GET", maps, undefined, { authorization: "Bearer wrong" })).body).toMatchObject({
      code: 401,
      reason: "Unauthorized",
    });
  });
});
