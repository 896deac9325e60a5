import { recordOf } from "../drift/record-text.js";
import { InputError } from "../errors.js";
import { isObject, listAt, objectAt, stringAt, type ValueObject } from "../manifest/value.js";
import { parseTime } from "./expr/functions.js";
import { ExprDuration, ExprTime } from "./expr/time.js";

/** What a commit says, as templates ask for it. */
export interface CommitMetadata {
  readonly message: string;
  readonly author: string;
  readonly date: string;
}

export interface VariableInput {
  readonly application: ValueObject;
  readonly context: Readonly<Record<string, string>>;
  readonly nowMs: number;
  /** Commits that were looked up beforehand, by id. */
  readonly commits: ReadonlyMap<string, CommitMetadata>;
}

/** What `when` expressions and templates may use: Argo CD's names, and `drift`, the age of what differs from git. */
export function notificationVariables(input: VariableInput): Readonly<Record<string, unknown>> {
  const { application, nowMs } = input;
  return {
    app: application,
    context: input.context,
    drift: driftOf(application, nowMs),
    time: {
      Now: () => new ExprTime(nowMs),
      Parse: (text: unknown) => parseTime(String(text)),
      Nanosecond: new ExprDuration(1e-6),
      Microsecond: new ExprDuration(1e-3),
      Millisecond: new ExprDuration(1),
      Second: new ExprDuration(1000),
      Minute: new ExprDuration(60_000),
      Hour: new ExprDuration(3_600_000),
    },
    strings: {
      ReplaceAll: (text: unknown, from: unknown, to: unknown) => String(text).replaceAll(String(from), String(to)),
      ToUpper: (text: unknown) => String(text).toUpperCase(),
      ToLower: (text: unknown) => String(text).toLowerCase(),
    },
    sync: { GetInfoItem: (app: unknown, name: unknown) => infoItem(app, String(name)) },
    repo: {
      RepoURLToHTTPS: (url: unknown) => httpsOf(String(url)),
      FullNameByRepoURL: (url: unknown) => fullNameOf(String(url)),
      QueryEscape: (text: unknown) => encodeURIComponent(String(text)).replaceAll("%20", "+"),
      GetCommitMetadata: (commit: unknown) => {
        const found = input.commits.get(String(commit));
        if (!found) throw new InputError(`nothing is known of commit ${String(commit)}`, { code: "NOTIFICATION_EXPR" });
        return { Message: found.message, Author: found.author, Date: parseTime(found.date), Tags: [] };
      },
    },
  };
}

function driftOf(application: ValueObject, nowMs: number): Readonly<Record<string, unknown>> {
  const { open } = recordOf(application);
  const onsetMs = open.reduce((least, episode) => Math.min(least, episode.onsetMs), Number.POSITIVE_INFINITY);
  if (open.length === 0) return { minutes: 0, age: "", onset: "", resources: [] };
  const age = new ExprDuration(nowMs - onsetMs);
  return {
    minutes: (nowMs - onsetMs) / 60_000,
    age: age.toString(),
    onset: new ExprTime(onsetMs).toString(),
    resources: open.map(({ resource }) => resource),
  };
}

/** Argo CD: an item of the operation's info, of the running or the last one. */
function infoItem(app: unknown, name: string): string {
  if (!isObject(app)) return "";
  const state = objectAt(objectAt(app, "status"), "operationState");
  const infos = [...listAt(objectAt(app, "operation"), "info"), ...listAt(objectAt(state, "operation"), "info")];
  const found = infos.filter(isObject).find((info) => info["name"] === name);
  if (!found) throw new InputError(`no info item ${name}`, { code: "NOTIFICATION_EXPR" });
  return stringAt(found, "value");
}

function httpsOf(url: string): string {
  const scp = /^[^/@\s]+@([^/:\s]+):(.*)$/.exec(url);
  const plain = scp ? `https://${scp[1]}/${scp[2]}` : url.replace(/^(ssh|git|http):\/\/([^@/]*@)?/, "https://");
  return plain.replace(/\.git$/, "").replace(/\/+$/, "");
}

/** `https://host/owner/name.git` → `owner/name` */
export function fullNameOf(url: string): string {
  return httpsOf(url).replace(/^[a-z]+:\/\/[^/]+\//, "");
}
