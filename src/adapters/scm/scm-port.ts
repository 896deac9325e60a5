import type { PullRequestQuery, ScmQuery } from "../../core/applicationset/index.js";
import { InputError } from "../../core/errors.js";
import type { ValueObject } from "../../core/manifest/value.js";
import { isObject, objectAt, stringAt } from "../../core/manifest/value.js";
import type { Clock } from "../../ports/clock.js";
import type { ScmPort } from "../../ports/scm.js";
import type { Metrics } from "../../ports/telemetry.js";
import { awsCodeCommitHost } from "./aws-codecommit.js";
import type { AwsCredentials } from "./aws-signature.js";
import { azureDevOps } from "./azure-devops.js";
import { bitbucket } from "./bitbucket.js";
import { bitbucketServer } from "./bitbucket-server.js";
import { ConditionalReplies } from "./conditional-replies.js";
import { gitea } from "./gitea.js";
import { github } from "./github.js";
import { InstallationTokens } from "./github-app.js";
import { gitlab } from "./gitlab.js";
import type { Provider, ProviderContext, SecretReader } from "./provider.js";
import { RateLimits } from "./rate-limits.js";
import { createScmHttp } from "./scm-http.js";
import { selectRepositories } from "./select-repositories.js";

export interface ScmOptions {
  readonly clock: Clock;
  /** A Secret's or ConfigMap's data, undefined where there is none; with labels for the strict mode. */
  readonly secret: (namespace: string, name: string) => Promise<NamedData | undefined>;
  readonly configMap: (namespace: string, name: string) => Promise<NamedData | undefined>;
  readonly controllerNamespace: string;
  /** Only Secrets labelled `argocd.argoproj.io/secret-type: scm-creds` may be used (Argo CD: --token-ref-strict-mode). */
  readonly strictTokenRefs?: boolean;
  readonly aws?: {
    readonly credentials: AwsCredentials;
    readonly region: string;
    readonly endpoint?: (service: string, region: string) => string;
  };
  readonly maxWaitMs?: number;
  readonly metrics?: Pick<Metrics, "count" | "gauge">;
}

/** What is remembered between questions. */
interface Remembering extends ScmOptions {
  readonly conditional: ConditionalReplies;
  readonly limits: RateLimits;
  readonly apps: InstallationTokens;
}

export interface NamedData {
  readonly data: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

const providers: Readonly<Record<string, Provider>> = {
  github,
  gitlab,
  gitea,
  bitbucket,
  bitbucketServer,
  azureDevOps,
  azuredevops: azureDevOps,
};

/** The SCM port over the hosts' HTTP APIs. */
export function createScmPort(given: ScmOptions): ScmPort {
  const options = {
    ...given,
    conditional: new ConditionalReplies(),
    limits: new RateLimits(),
    apps: new InstallationTokens(given.clock),
  };
  return {
    async repositories(query, signal) {
      if (query.spec["awsCodeCommit"] !== undefined) return selectRepositories(awsHost(query, options, signal), query.spec);
      const { provider, context } = await connect(query, options, signal);
      if (!provider.repositoryHost) throw unsupported(query.spec);
      return selectRepositories(provider.repositoryHost(context), query.spec);
    },
    async pullRequests(query, signal) {
      const { provider, context } = await connect(query, options, signal);
      if (!provider.pullRequestHost) throw unsupported(query.spec);
      return provider.pullRequestHost(context).pullRequests();
    },
  };
}

async function connect(
  query: ScmQuery | PullRequestQuery,
  options: Remembering,
  signal: AbortSignal | undefined,
): Promise<{ readonly provider: Provider; readonly context: ProviderContext }> {
  const key = Object.keys(providers).find((name) => isObject(query.spec[name]));
  if (key === undefined) throw unsupported(query.spec);
  const provider = providers[key]!;
  const settings = query.spec[key] as ValueObject;
  const api = provider.apiUrl(settings);
  const headers = await provider.authentication(settings, secretReader(query.namespace, options));
  const ca = await caOf(query.namespace, settings, options);
  const http = createScmHttp({
    headers,
    origin: new URL(api).origin,
    clock: options.clock,
    conditional: options.conditional,
    limits: options.limits,
    ...(options.metrics === undefined ? {} : { metrics: options.metrics }),
    insecure: settings["insecure"] === true,
    ...(ca === undefined ? {} : { ca }),
    ...(options.maxWaitMs === undefined ? {} : { maxWaitMs: options.maxWaitMs }),
    signal,
  });
  return { provider, context: { settings, http, api, cloneProtocol: stringAt(query.spec, "cloneProtocol") } };
}

function secretReader(namespace: string, options: Remembering): SecretReader {
  const reader: SecretReader = {
    async reference(settings, field) {
      const reference = settings[field];
      if (!isObject(reference)) return undefined;
      const name = stringAt(reference, "secretName");
      const key = stringAt(reference, "key");
      const secret = await options.secret(namespace, name);
      if (!secret) throw noSecret(`error fetching secret ${namespace}/${name}: secrets ${JSON.stringify(name)} not found`);
      if (options.strictTokenRefs && secret.labels["argocd.argoproj.io/secret-type"] !== "scm-creds") {
        throw noSecret(
          `secret ${namespace}/${name} is not a valid SCM creds secret: it must have label "argocd.argoproj.io/secret-type"="scm-creds"`,
        );
      }
      const value = secret.data[key];
      if (value === undefined) throw noSecret(`key ${JSON.stringify(key)} in secret ${namespace}/${name} not found`);
      return value;
    },
    async controllerSecret(name) {
      const secret = await options.secret(options.controllerNamespace, name);
      if (!secret) throw noSecret(`secret ${options.controllerNamespace}/${name} not found`);
      return secret.data;
    },
    async installationToken(api, secretName) {
      return await options.apps.tokenOf(api, await reader.controllerSecret(secretName));
    },
  };
  return reader;
}

async function caOf(namespace: string, settings: ValueObject, options: ScmOptions): Promise<string | undefined> {
  const reference = settings["caRef"];
  if (!isObject(reference)) return undefined;
  const name = stringAt(reference, "configMapName");
  const key = stringAt(reference, "key");
  const value = (await options.configMap(namespace, name))?.data[key];
  if (value === undefined)
    throw noSecret(`error fetching CA certificates from ConfigMap: key ${key} not found in ConfigMap ${name}`);
  return value;
}

function awsHost(
  query: ScmQuery,
  { aws, clock, maxWaitMs }: ScmOptions,
  signal: AbortSignal | undefined,
): ReturnType<typeof awsCodeCommitHost> {
  const settings = objectAt(query.spec, "awsCodeCommit");
  if (!aws)
    throw new InputError("the controller has no AWS credentials", {
      code: "SCM_AWS",
      hint: "set AWS_ACCESS_KEY_ID and its like",
    });
  if (stringAt(settings, "role") !== "") {
    throw new InputError("awsCodeCommit.role is not supported", {
      code: "SCM_AWS",
      hint: "give the controller the credentials of that role",
    });
  }
  const region = stringAt(settings, "region") || aws.region;
  const endpointOf = aws.endpoint ?? ((service: string, at: string) => `https://${service}.${at}.amazonaws.com/`);
  return awsCodeCommitHost({
    settings,
    cloneProtocol: stringAt(query.spec, "cloneProtocol"),
    region,
    credentials: aws.credentials,
    now: () => clock.now(),
    endpoint: (service) => {
      const url = endpointOf(service, region);
      const origin = new URL(url).origin;
      return {
        url,
        http: createScmHttp({ headers: {}, origin, clock, signal, ...(maxWaitMs === undefined ? {} : { maxWaitMs }) }),
      };
    },
  });
}

function unsupported(spec: ValueObject): InputError {
  const given = Object.keys(spec).filter((key) => isObject(spec[key]));
  return new InputError(`no SCM provider implementation configured${given.length > 0 ? ` (${given.join(", ")})` : ""}`, {
    code: "SCM_PROVIDER",
  });
}

function noSecret(message: string): InputError {
  return new InputError(message, { code: "SCM_SECRET" });
}
