import { describe, expect, test } from "vitest";
import { failureOf, render } from "../testing.js";

describe("dates", () => {
  test.each([
    [
      '{{ $t := toDate "2006-01-02T15:04:05Z07:00" "2024-03-09T07:05:03.25Z" }}{{ date "Mon Jan _2 2006 3:04PM .000 .99" $t }} {{ dateInZone "15:04 MST" $t "Europe/Berlin" }} {{ date_in_zone "Z07:00" $t "America/New_York" }} {{ htmlDate $t }} {{ htmlDateInZone $t "Asia/Tokyo" }}',
      "Sat Mar  9 2024 7:05AM .250 .25 08:05 CET -05:00 2024-03-09 2024-03-09",
    ],
    [
      '{{ $t := toDate "2006-01-02" "2024-02-29" }}{{ dateModify "-1h" $t }} {{ date_modify "bad" $t | unixEpoch }} {{ mustDateModify "24h" $t | date "2006-002" }} {{ must_date_modify "1s" $t | unixEpoch }}',
      "2024-02-28 23:00:00 +0000 UTC 1709164800 2024-061 1709164801",
    ],
    [
      '{{ duration "95" }} {{ duration (int64 3600) }} {{ durationRound "2h10m5s" }} {{ durationRound "0.5s" }}',
      "1m35s 1h0m0s 2h 0s",
    ],
    [
      '{{ (toDate "2006-01-02" "2024-03-09").AddDate 0 1 -9 }} {{ (toDate "2006-01-02" "2024-03-09").Weekday }} {{ (toDate "2006-01-02" "2024-03-09").Format "02.01." }}',
      "2024-03-31 00:00:00 +0000 UTC Saturday 09.03.",
    ],
  ])("%s gives %j", (template, output) => {
    expect(render(template)).toBe(output);
  });

  test.each([
    ['{{ mustDateModify "1x" (toDate "2006" "2024") }}', 'error calling mustDateModify: time: unknown unit "x" in duration "1x"'],
    ['{{ mustToDate "2006-01-02" "2024-02-30" }}', 'error calling mustToDate: parsing time "2024-02-30": day out of range'],
    [
      '{{ mustToDate "2006-01-02" "zz" }}',
      'error calling mustToDate: parsing time "zz" as "2006-01-02": cannot parse "zz" as "2006"',
    ],
  ])("%s fails: %s", (template, reason) => {
    expect(failureOf(template)).toContain(reason);
  });
});
