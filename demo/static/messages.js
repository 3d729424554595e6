/* Who may talk to this page, and what is heard. Whatever is not exactly right is not heard. */

export const CALLBACK = "flinks-reconnect.callback";

/**
 * Read a window message.
 *
 * The bank window may hint at what the person does: exactly from the origin that our API named,
 * exactly from our iframe. The callback page may say that the person came back: exactly from the
 * API's own origin, in the same iframe, about this very refresh. Both are hints. What is true is
 * asked of the server.
 */
export function readMessage(event, { frame, connectOrigin, apiOrigin, refreshId }) {
  if (!frame || event.source !== frame || !event.data || typeof event.data !== "object") {
    return null;
  }
  if (event.origin === apiOrigin && event.data.type === CALLBACK) {
    return event.data.refreshId === refreshId ? { kind: "returned" } : null;
  }
  if (event.origin === connectOrigin && typeof event.data.step === "string") {
    return { kind: "step", step: event.data.step };
  }
  return null;
}
