/* Never run: tsc reads it, so that the types say what the component does. */

import "flinks-reconnect-web";
import type { FlinksReconnect } from "flinks-reconnect-web";
import { Reconnect } from "flinks-reconnect-web/react";

const bank: FlinksReconnect = document.createElement("flinks-reconnect");
bank.addEventListener("completed", ({ detail }) => {
  const isHint: boolean | undefined = detail.isHint;
  return isHint;
});
bank.addEventListener("failed", (event) => event.detail.retryAt);
// @ts-expect-error - what is closed has no retryAt
bank.addEventListener("closed", (event) => event.detail.retryAt);
bank.issue = async () => ({ url: "https://connect.example/?authorizeToken=t", origin: "https://connect.example" });
void bank.open();
bank.close();

export const Page = () => (
  <Reconnect source="/my/reconnect" display="inline" onCompleted={(told) => told.supportCode} onClosed={(told) => told.why} />
);
// @ts-expect-error - no such display
export const Wrong = () => <Reconnect source="/my/reconnect" display="popup" />;
