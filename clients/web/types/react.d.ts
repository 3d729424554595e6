import type { ReactElement } from "react";
import type { ConnectAddress, FlinksReconnectEvents, LinkAddress } from "./index.js";

type Listeners = {
  [Name in keyof FlinksReconnectEvents as `on${Capitalize<Name>}`]?: (
    told: FlinksReconnectEvents[Name],
  ) => void;
};

export interface ReconnectProps extends Listeners {
  /** A link of your server's, for the hosted page in a frame. */
  link?: string;
  /** An address of your own server that answers with where to go. */
  source?: string;
  issue?: () => Promise<ConnectAddress | LinkAddress>;
  display?: "dialog" | "inline";
  lang?: "en" | "fr";
  open?: boolean;
}

export function Reconnect(props: ReconnectProps): ReactElement;
