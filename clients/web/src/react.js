/* The component for React: its events as properties. */

import { createElement, useEffect, useRef } from "react";
import "./flinks-reconnect.js";

const EVENTS = ["ready", "waiting", "question", "completed", "declined", "failed", "closed"];
const property = (name) => `on${name[0].toUpperCase()}${name.slice(1)}`;

export function Reconnect({ link, source, issue, display, lang, open = true, ...told }) {
  const element = useRef(null);
  const latest = useRef(told);
  latest.current = told;

  useEffect(() => {
    const { current } = element;
    const stop = EVENTS.map((name) => {
      const hear = (event) => latest.current[property(name)]?.(event.detail);
      current.addEventListener(name, hear);
      return () => current.removeEventListener(name, hear);
    });
    return () => stop.forEach((each) => each());
  }, []);

  useEffect(() => {
    if (issue) element.current.issue = issue;
    if (open) element.current.open();
    else element.current.close();
  }, [open, issue]);

  return createElement("flinks-reconnect", { ref: element, link, source, display, lang });
}
