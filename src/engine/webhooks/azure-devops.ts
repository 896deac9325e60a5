import { objectAt, stringAt, type ValueObject } from "../../core/manifest/value.js";
import { equalInConstantTime } from "../../platform/hash.js";
import { basicCredentials, none, pluck, pullRequest, push, type WebhookProvider } from "./provider.js";

/** Azure DevOps' service hooks, with basic authentication. */
export const azureDevOps: WebhookProvider = {
  name: "Azure DevOps",
  claims: (headers) => headers["x-vss-activityid"] !== undefined,
  authenticate({ headers }, secrets) {
    const username = secrets["webhook.azuredevops.username"] ?? "";
    const password = secrets["webhook.azuredevops.password"] ?? "";
    if (username === "" && password === "") return "unset";
    const given = basicCredentials(headers);
    // Both are compared, whatever the first says: the time tells nothing.
    const fits = [equalInConstantTime(given.username, username), equalInConstantTime(given.password, password)];
    return fits.every(Boolean) ? "genuine" : "forged";
  },
  read(_headers, body) {
    const event = stringAt(body(), "eventType");
    const resource = objectAt(body(), "resource");
    if (event === "git.push") return push(addresses(objectAt(resource, "repository")), pluck(resource, "refUpdates", "name"));
    if (event.startsWith("git.pullrequest.")) return pullRequest(addresses(objectAt(resource, "repository")));
    return none;
  },
};

const cloud =
  /^https?:\/\/(?:[^@/]+@)?(?:dev\.azure\.com\/([^/]+)|([^./]+)\.visualstudio\.com(?:\/DefaultCollection)?)\/(?:(.+?)\/)?_git\/([^/]+)\/?$/i;

/** A repository of the cloud has three addresses: dev.azure.com, visualstudio.com and ssh. */
function addresses(repository: ValueObject): readonly string[] {
  const url = stringAt(repository, "remoteUrl");
  const found = cloud.exec(url);
  if (!found) return [url, stringAt(repository, "sshUrl")];
  const organisation = found[1] ?? found[2]!;
  const name = found[4]!;
  const project = found[3] ?? name;
  return [
    url,
    `https://dev.azure.com/${organisation}/${project}/_git/${name}`,
    `https://${organisation}.visualstudio.com/${project}/_git/${name}`,
    `git@ssh.dev.azure.com:v3/${organisation}/${project}/${name}`,
  ];
}
