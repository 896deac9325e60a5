import { isObject, listAt, objectAt, stringAt, type ValueObject } from "../../core/manifest/value.js";
import { artifact, basicCredentials, byToken, none, type WebhookEvent, type WebhookProvider } from "./provider.js";

/**
 * Registries: Harbor, Docker Hub, Quay, Azure's, and what CNCF Distribution (GitLab's registry too) sends. They sign nothing; the secret (`webhook.registry.secret`) comes as the
 * authorization header, bare, as a bearer token or as the password of basic authentication. Argo CD's name for Harbor's is taken too.
 */
export const registry: WebhookProvider = {
  name: "registry",
  // Docker Hub sends no header of its own: whatever nobody else claims may be one.
  claims: () => true,
  authenticate({ headers }, secrets) {
    const given = headers["authorization"] ?? "";
    const token = /^basic /i.test(given) ? basicCredentials(headers).password : given.replace(/^bearer +/i, "");
    const own = [secrets["webhook.registry.secret"], secrets["webhook.harbor.secret"]].filter((secret) => secret);
    // Harbor's is sent as it stands, which may be with a scheme.
    const answers = own.flatMap((secret) => [byToken(token, secret), byToken(given, secret)]);
    return answers.length === 0 ? "unset" : answers.includes("genuine") ? "genuine" : "forged";
  },
  read: (_headers, body) => harbor(body()) ?? dockerHub(body()) ?? quay(body()) ?? azure(body()) ?? distribution(body()) ?? none,
};

/** Harbor's own format, and its CloudEvents. */
function harbor(body: ValueObject): WebhookEvent | undefined {
  const type = stringAt(body, "type");
  if (type !== "PUSH_ARTIFACT" && type !== "harbor.artifact.pushed") return undefined;
  const resources = listAt(objectAt(body, type === "PUSH_ARTIFACT" ? "event_data" : "data"), "resources").filter(isObject);
  return artifact(
    resources.map((resource) => placeOf(stringAt(resource, "resource_url"))),
    stringAt(resources[0], "tag"),
  );
}

function dockerHub(body: ValueObject): WebhookEvent | undefined {
  const name = stringAt(objectAt(body, "repository"), "repo_name");
  if (name === "" || !isObject(body["push_data"])) return undefined;
  const hosts = ["docker.io", "registry-1.docker.io", "index.docker.io", "registry.hub.docker.com"];
  return artifact(
    hosts.map((host) => `${host}/${name}`),
    stringAt(objectAt(body, "push_data"), "tag"),
  );
}

function quay(body: ValueObject): WebhookEvent | undefined {
  const place = stringAt(body, "docker_url");
  const [tag] = listAt(body, "updated_tags");
  return place === "" || tag === undefined ? undefined : artifact([place], String(tag));
}

/** Azure's registry sends one of Distribution's events, without the list around it. */
function azure(body: ValueObject): WebhookEvent | undefined {
  const host = stringAt(objectAt(body, "request"), "host");
  const repository = stringAt(objectAt(body, "target"), "repository");
  if (stringAt(body, "action") !== "push" || host === "" || repository === "") return undefined;
  return artifact([`${host}/${repository}`], stringAt(objectAt(body, "target"), "tag"));
}

function distribution(body: ValueObject): WebhookEvent | undefined {
  const pushes = listAt(body, "events")
    .filter(isObject)
    .filter((event) => stringAt(event, "action") === "push");
  if (pushes.length === 0) return undefined;
  const places = pushes.map((event) => {
    const target = objectAt(event, "target");
    return (
      placeOf(stringAt(target, "url")) || `${stringAt(objectAt(event, "request"), "host")}/${stringAt(target, "repository")}`
    );
  });
  return artifact(places, stringAt(objectAt(pushes[0], "target"), "tag"));
}

/** `host/path` of a reference (`host/path:tag`, `host/path@sha256:…`) or of a manifest's URL (`https://host/v2/path/manifests/…`). */
function placeOf(reference: string): string {
  return reference
    .replace(/^https?:\/\/([^/]+)\/v2\/(.+)\/(?:manifests|blobs)\/[^/]+$/, "$1/$2")
    .replace(/@[^/]*$/, "")
    .replace(/:[^/]*$/, "");
}
