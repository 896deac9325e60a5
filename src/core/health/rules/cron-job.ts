import { asValue } from "../../manifest/object.js";
import { isObject, listAt, objectAt, stringAt } from "../../manifest/value.js";
import { type HealthCheck, health } from "../health.js";

/** Judged by its last run; a suspended one is Healthy (Argo CD). */
export const cronJobHealth: HealthCheck = (object) => {
  const root = asValue(object);
  if (objectAt(root, "spec").suspend === true) return health("Healthy", "CronJob is Suspended");
  if (!isObject(root.status)) return health("Progressing", "Waiting for CronJob");
  const scheduled = stringAt(root.status, "lastScheduleTime");
  const succeeded = stringAt(root.status, "lastSuccessfulTime");
  if (scheduled === "") return health("Healthy", "CronJob has not been scheduled yet");
  if (succeeded === "") return health("Healthy", "The CronJob never completed successfully. It may not be healthy");
  if (listAt(root.status, "active").length > 0) {
    return health("Healthy", "The job is running. Its last execution may not have been successful");
  }
  if (succeeded < scheduled) return health("Degraded", "CronJob has not completed its last execution successfully");
  return health("Healthy", "CronJob has completed its last execution successfully");
};
