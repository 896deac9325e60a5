import { createSign } from "node:crypto";
import nodemailer from "nodemailer";
import { Agent, request } from "undici";
import { assertNever, ExternalError, InputError } from "../../core/errors.js";
import type { Delivery } from "../../core/notifications/deliveries.js";
import type { NotificationPort } from "../../ports/notifications.js";

type Of<Kind extends Delivery["kind"]> = Extract<Delivery, { kind: Kind }>;

const timeoutMs = 10_000;
const mostAnswerBytes = 64 << 10;

/** Sends by HTTP, SMTP and GitHub's API. Errors never carry a URL, a header or a body: these hold secrets. */
export function notificationSender(options: { readonly nowMs: () => number }): NotificationPort {
  return {
    async send(delivery) {
      switch (delivery.kind) {
        case "http":
          return await sendHttp(delivery);
        case "email":
          return await sendEmail(delivery);
        case "github":
          return await sendGithub(delivery, options.nowMs());
        default:
          return assertNever(delivery);
      }
    },
  };
}

async function sendHttp({ url, method, headers, body, answers, insecure }: Of<"http">): Promise<void> {
  const text = await ask(url, { method, headers, ...(body === "" || method === "GET" ? {} : { body }) }, insecure);
  if (answers === "status") return;
  const { ok, error } = JSON.parse(text) as { readonly ok?: boolean; readonly error?: string };
  if (ok === true) return;
  const message = `Slack refuses the message: ${error ?? "no reason"}`;
  // What a person must change is not tried again at once.
  if (error !== undefined && !["ratelimited", "internal_error", "fatal_error", "service_unavailable"].includes(error))
    throw new InputError(message, { code: "NOTIFICATION_REFUSED" });
  throw new ExternalError(message, { code: "NOTIFICATION_FAILED" });
}

async function sendEmail({ server, from, to, subject, body, isHtml }: Of<"email">): Promise<void> {
  const transport = nodemailer.createTransport({
    host: server.host,
    port: server.port,
    secure: server.port === 465,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    ...(server.username === "" ? {} : { auth: { user: server.username, pass: server.password } }),
    ...(server.insecure ? { tls: { rejectUnauthorized: false } } : {}),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({ from, to, subject, ...(isHtml ? { html: body } : { text: body }) });
  } catch (cause) {
    const { code, responseCode } = cause as { readonly code?: string; readonly responseCode?: number };
    throw new ExternalError(
      `the mail server does not take the message: ${code ?? "error"}${responseCode ? ` ${responseCode}` : ""}`,
      {
        code: "NOTIFICATION_FAILED",
      },
    );
  } finally {
    transport.close();
  }
}

async function sendGithub({ baseUrl, auth, path, body }: Of<"github">, nowMs: number): Promise<void> {
  const base = baseUrl.replace(/\/+$/, "");
  const common = { accept: "application/vnd.github+json", "user-agent": "fleetwright", "content-type": "application/json" };
  let token: string;
  if (auth.kind === "token") token = auth.token;
  else {
    const jwt = appToken(auth.appId, auth.privateKey, nowMs);
    const text = await ask(
      `${base}/app/installations/${encodeURIComponent(auth.installationId)}/access_tokens`,
      { method: "POST", headers: { ...common, authorization: `Bearer ${jwt}` } },
      false,
    );
    ({ token } = JSON.parse(text) as { token: string });
  }
  await ask(`${base}${path}`, { method: "POST", headers: { ...common, authorization: `Bearer ${token}` }, body }, false);
}

/** The token with which a GitHub app asks for an installation's. */
function appToken(appId: string, privateKey: string, nowMs: number): string {
  const now = Math.floor(nowMs / 1000);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const head = `${part({ alg: "RS256", typ: "JWT" })}.${part({ iat: now - 60, exp: now + 540, iss: appId })}`;
  try {
    return `${head}.${createSign("RSA-SHA256").update(head).sign(privateKey, "base64url")}`;
  } catch {
    throw new InputError("the private key of the GitHub app cannot be read", { code: "NOTIFICATION_SERVICE" });
  }
}

let insecureAgent: Agent | undefined;

async function ask(
  url: string,
  what: { readonly method: string; readonly headers: Readonly<Record<string, string>>; readonly body?: string },
  insecure: boolean,
): Promise<string> {
  if (!/^https?:\/\//.test(url))
    throw new InputError("the service's URL is none of http or https", { code: "NOTIFICATION_SERVICE" });
  let status: number;
  let text = "";
  try {
    if (insecure) insecureAgent ??= new Agent({ connect: { rejectUnauthorized: false } });
    const answer = await request(url, {
      method: what.method as "POST",
      headers: what.headers,
      ...(what.body === undefined ? {} : { body: what.body }),
      signal: AbortSignal.timeout(timeoutMs),
      ...(insecure ? { dispatcher: insecureAgent! } : {}),
    });
    status = answer.statusCode;
    for await (const chunk of answer.body as AsyncIterable<Uint8Array>)
      if (text.length < mostAnswerBytes) text += Buffer.from(chunk).toString();
  } catch (cause) {
    const { code } = cause as { readonly code?: string };
    throw new ExternalError(`the service does not answer: ${code ?? "error"}`, { code: "NOTIFICATION_FAILED" });
  }
  if (status >= 200 && status < 300) return text;
  // A client's fault stays one, but for what a server says when it is busy.
  if (status >= 400 && status < 500 && status !== 408 && status !== 429)
    throw new InputError(`the service refuses the message with status ${status}`, { code: "NOTIFICATION_REFUSED" });
  throw new ExternalError(`the service answers with status ${status}`, { code: "NOTIFICATION_FAILED" });
}
