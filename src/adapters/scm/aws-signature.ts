import { createHash, createHmac } from "node:crypto";

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface AwsRequest {
  readonly service: string;
  readonly region: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The headers of a POST signed with AWS Signature Version 4. */
export function signAwsRequest(
  request: AwsRequest,
  credentials: AwsCredentials,
  nowMs: number,
): Readonly<Record<string, string>> {
  const url = new URL(request.url);
  const time = `${new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, "")}`;
  const date = time.slice(0, 8);
  const headers: Record<string, string> = { ...request.headers, host: url.host, "x-amz-date": time };
  if (credentials.sessionToken) headers["x-amz-security-token"] = credentials.sessionToken;
  const names = Object.keys(headers)
    .map((name) => name.toLowerCase())
    .sort();
  const lines = names
    .map((name) => `${name}:${headers[Object.keys(headers).find((key) => key.toLowerCase() === name)!]!.trim()}\n`)
    .join("");
  const signed = names.join(";");
  const canonical = ["POST", url.pathname, "", lines, signed, sha256(request.body)].join("\n");
  const scope = `${date}/${request.region}/${request.service}/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n");
  let key: Buffer = Buffer.from(`AWS4${credentials.secretAccessKey}`);
  for (const part of [date, request.region, request.service, "aws4_request"])
    key = createHmac("sha256", key).update(part).digest();
  const signature = createHmac("sha256", key).update(text).digest("hex");
  const { host: _, ...sent } = headers;
  return {
    ...sent,
    authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`,
  };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
