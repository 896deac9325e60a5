/** Minutes east of UTC as milliseconds of an IANA zone at `atMs`; an unknown zone is UTC (Argo CD). */
export function zoneOffsetMs(timeZone: string, atMs: number): number {
  if (timeZone === "" || timeZone === "UTC") return 0;
  try {
    const parts = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" }).formatToParts(atMs);
    const found = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(parts.find((part) => part.type === "timeZoneName")?.value ?? "");
    if (!found) return 0;
    const [, sign, hours = "0", minutes = "0", seconds = "0"] = found;
    return (sign === "-" ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  } catch {
    return 0;
  }
}
