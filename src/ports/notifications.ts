import type { Delivery } from "../core/notifications/deliveries.js";

/** Brings a message to its service. Failures are ExternalErrors (try again) or InputErrors (the service's settings are wrong). */
export interface NotificationPort {
  send(delivery: Delivery): Promise<void>;
}
