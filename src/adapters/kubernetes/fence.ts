import { DecoratorHandler, type Dispatcher } from "undici";

/** Why nothing may be written now; undefined when it may. */
export type WriteFence = () => Error | undefined;

/**
 * Asks the fence at the very moment when a write goes onto its connection: one that waited for a free connection, in this process or while
 * the process was stopped, is refused if its time is over by then.
 */
export function fenced(fence: WriteFence): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) =>
    dispatch(options, options.method === "GET" ? handler : fencedHandler(handler, fence));
}

function fencedHandler(handler: Dispatcher.DispatchHandler, fence: WriteFence): Dispatcher.DispatchHandler {
  const passing: Dispatcher.DispatchHandler = new DecoratorHandler(handler);
  const start = passing.onRequestStart?.bind(passing);
  passing.onRequestStart = (controller, context) => {
    start?.(controller, context);
    const refusal = fence();
    if (refusal !== undefined) controller.abort(refusal);
  };
  return passing;
}
