/* The message that stands for an e-mail: who writes, why, one button, and what it is good for. */

import { make } from "./dom.js";
import { moment, words } from "./words.js";

/**
 * Draw it. A mail has: url, expiresAt, sentAt, and whether it replaces an earlier one. The link
 * opens a tab of its own that knows nothing of this one.
 */
export function drawMail(mail, { reference, label, bank }) {
  const text = words().mail;
  const until = moment(mail.expiresAt);
  return [
    make("p", { class: "mail-place" }, envelope(), text.inDemo),
    make("article", { class: "mail", "data-testid": `mail-${reference}`, "aria-labelledby": `subject-${reference}` },
      make("header", { class: "mail-head" },
        make("img", { src: "/static/mark.svg", alt: "", width: 36, height: 36 }),
        make("p", { class: "mail-from" }, make("b", {}, "Maple Budget"),
          make("span", {}, `${text.to} · ${moment(mail.sentAt)}`))),
      make("h3", { id: `subject-${reference}`, tabindex: "-1" }, text.subject),
      make("p", {}, text.why(label, bank)),
      make("a", {
        class: "first", href: mail.url, target: "_blank", rel: "noopener noreferrer",
        "data-testid": `open-link-${reference}`,
      }, text.button, make("span", { class: "unseen" }, ` ${text.newTab}`)),
      make("p", { class: "mail-small" }, text.nothingYet),
      make("p", { class: "mail-small" },
        [text.until(until), mail.isReplacement ? text.replaced : null].filter(Boolean).join(" "))),
  ];
}

function envelope() {
  const name = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(name, "svg");
  const line = document.createElementNS(name, "path");
  drawing.setAttribute("viewBox", "0 0 20 20");
  drawing.setAttribute("aria-hidden", "true");
  line.setAttribute("d", "M2.5 5.5h15v10h-15zm0 .5 7.5 5.5L17.5 6");
  drawing.append(line);
  return drawing;
}
