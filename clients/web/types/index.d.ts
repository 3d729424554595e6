/** The address of the bank's window, as `POST /refreshes/{id}/iframe-url` answers. */
export interface ConnectAddress {
  url: string;
  origin: string;
  expiresAt?: string;
}

/** A link, as `POST /refreshes/{id}/link` answers (channel `in_app`). */
export interface LinkAddress {
  url: string;
  origin?: undefined;
}

export interface Told {
  /** True where the bank's window said it: ask your server what is true. */
  isHint?: boolean;
  status?: string | null;
  nextAction?: string | null;
  code?: string | null;
  supportCode?: string | null;
}

export interface FlinksReconnectEvents {
  /** The window stands, or the person may press the button. */
  ready: Told;
  /** The bank is at work. */
  waiting: Told;
  /** The person is asked something. */
  question: Told;
  /** The person is done; with `isHint` nothing is proven yet. */
  completed: Told;
  /** The person declined; nothing has changed. */
  declined: Told;
  /** It cannot go on like this; `code` says why. */
  failed: Told & { retryAt?: string | null };
  /** The window is gone. */
  closed: Told & { why?: "person" | "page" | "declined" | "tooManyTries" | "failed" };
}

export class FlinksReconnect extends HTMLElement {
  /** Where an address comes from, if not from `link` or `source`. */
  issue: () => Promise<ConnectAddress | LinkAddress>;
  open(): Promise<void>;
  close(): void;
  addEventListener<Name extends keyof FlinksReconnectEvents>(
    type: Name,
    listener: (this: FlinksReconnect, event: CustomEvent<FlinksReconnectEvents[Name]>) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "flinks-reconnect": FlinksReconnect;
  }
}
