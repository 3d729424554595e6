/* The few words of the component itself; those of the bank's window stand once. */

import { WINDOW_WORDS } from "../../../layers/reconnect/flinks_reconnect/api/hosted/shared/window-words.js";

export const WORDS = {
  en: {
    ...WINDOW_WORDS.en,
    name: "Reconnect your bank",
    close: "Close. You can continue later.",
    thanks: "Thank you. Checking with your bank…",
    newTab: "Open it in a new tab",
  },
  fr: {
    ...WINDOW_WORDS.fr,
    name: "Reconnecter votre banque",
    close: "Fermer. Vous pourrez reprendre plus tard.",
    thanks: "Merci. Nous vérifions auprès de votre banque…",
    newTab: "L’ouvrir dans un nouvel onglet",
  },
};

/** The language of the nearest `lang`, or else the browser's. */
export function languageOf(element) {
  const named = element.closest("[lang]")?.lang || navigator.language;
  return named.toLowerCase().startsWith("fr") ? "fr" : "en";
}
