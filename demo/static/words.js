/* What people read here alone, in English and French; what they read of their bank's question stands
   once, for this page and for the hosted one. */

import { SHARED, filled, momentIn } from "/shared/words.js";

const APP = "Maple Budget";

const EN = {
  skip: "Skip to your connections",
  title: "Your bank connections",
  allGood: "Everything is connected.",
  needsYou: (n) => (n === 1 ? "One connection needs you." : `${n} connections need you.`),
  underWay: (n) => (n === 1 ? "One connection is being refreshed." : `${n} connections are being refreshed.`),
  inTrouble: (n) => (n === 1 ? "One connection needs a look on our side." : `${n} connections need a look on our side.`),
  aboutTitle: "About this demo",
  aboutText:
    "Maple Budget does not exist, and neither do these banks. Each connection shows one thing that happens in real life.",
  aboutLink: "“Send me a link” shows what happens while you are away: a message brings you back, today or in a week.",
  banner: (labels) => `Last night your bank wanted to see you again: ${labels}. Press Refresh to reconnect.`,
  railTitle: "What just happened",
  kinds: { call: "Call", event: "Event", stage: "Bank" },
  leversLegend: "Let something happen at the bank",
  leversWhom: "Which connection",
  levers: {
    "eight-minutes": "Eight minutes pass",
    "bank-down": "The bank is down",
    "password-changed": "The password changes",
    night: "A night fails",
  },
  modeLegend: "When you have answered your bank",
  modeEmbedded: "Stay on this page",
  modeEmbeddedText: "The bank’s window closes by itself.",
  modeRedirect: "Leave and come back",
  modeRedirectText: "The whole page goes and returns.",
  language: "Français",
  inDemo: "In this demo",
  refresh: "Refresh",
  refreshing: "Refreshing…",
  updated: (when) => `Updated ${when}`,
  justNow: "just now",
  ending: (digits) => `ending in ${digits}`,
  sendLink: "Send me a link",
  sendNewLink: "Send a new link",
  sending: "Sending…",
  openHere: "Continue here",
  startHere: "Start here now",
  cancel: "Cancel",
  newOnes: (n) => (n === 1 ? "1 new transaction" : `${n} new transactions`),
  nothingNew: "No new transactions",
  isNew: "New",
  owed: "owed",
  vanished: (n) =>
    n === 1 ? "One of your accounts is no longer at this bank." : `${n} of your accounts are no longer at this bank.`,
  arrived: "Your accounts have arrived.",
  accountsLater: "Your accounts are here, but we could not show them. Try again in a moment.",
  close: "Close. You can continue later.",
  checkingInWindow: "Thank you. Checking with your bank…",
  offline: "We can’t reach Maple Budget. Check your connection; we keep trying.",
  refusedNow: "That is not possible right now. Here is how things stand.",
  ourFault: "Something is wrong on our side. Please try again later.",
  refused: {
    too_many_links: "We have sent you as many links as we may. Use the last one, or start here.",
    already_settled: "This has come to an end in the meantime. Here is how things stand.",
  },
  mail: {
    inDemo: "In this demo, your inbox is here. Nothing is really sent.",
    to: "to you",
    subject: "Your bank needs to see you again",
    why: (label, bank) => `We could not update ${label}: ${bank} wants to be sure that it’s you. This takes a minute or two.`,
    button: "Reconnect your bank",
    newTab: "(opens in a new tab)",
    nothingYet: "Nothing happens at your bank until you press the button on the page that opens.",
    until: (when) => `The link is yours alone, and good until ${when}.`.replace("..", "."),
    replaced: "The one in our earlier message no longer works.",
  },
  s: {
    elsewhere: ["You are answering on the other page", "Finish there; this page follows. If you have closed it, you can go on here."],
    done: ["Up to date", "Your accounts have arrived."],
    cancelled: ["Cancelled", "Nothing has changed. Your connection is as it was."],
    bankWasDown: ["Your bank was not answering", "This is not your doing. Your last figures stay as they are."],
    serviceWasBusy: ["The connection to your bank was busy", "This is not your doing. Your last figures stay as they are."],
    invited: ["Ready when you are", "Start when you have a moment. Your bank may ask you a question."],
    linkSent: ["We sent you a link", "Open it when it suits you, on any device. It is good until {until}."],
    linkReplaced: ["We sent you a new link", "It is good until {until}. The one before no longer works."],
    linkOver: ["Your link is no longer good", "Nothing has changed at your bank. Ask for a new link, or start here."],
    expired: ["This refresh has ended", "Nobody answered in time. Your last figures stay as they are."],
  },
};

const FR = {
  skip: "Aller à vos connexions",
  title: "Vos connexions bancaires",
  allGood: "Tout est connecté.",
  needsYou: (n) => (n === 1 ? "Une connexion a besoin de vous." : `${n} connexions ont besoin de vous.`),
  underWay: (n) => (n === 1 ? "Une connexion est en cours d’actualisation." : `${n} connexions sont en cours d’actualisation.`),
  inTrouble: (n) => (n === 1 ? "Nous devons vérifier une connexion." : `Nous devons vérifier ${n} connexions.`),
  aboutTitle: "À propos de cette démo",
  aboutText:
    "Maple Budget n’existe pas, ces banques non plus. Chaque connexion montre une chose qui arrive dans la vraie vie.",
  aboutLink: "« M’envoyer un lien » montre ce qui se passe en votre absence : un message vous ramène, aujourd’hui ou dans une semaine.",
  banner: (labels) => `Cette nuit, votre banque a voulu vous revoir : ${labels}. Appuyez sur Actualiser pour vous reconnecter.`,
  railTitle: "Ce qui vient de se passer",
  kinds: { call: "Appel", event: "Événement", stage: "Banque" },
  leversLegend: "Faire arriver quelque chose à la banque",
  leversWhom: "Quelle connexion",
  levers: {
    "eight-minutes": "Huit minutes passent",
    "bank-down": "La banque est en panne",
    "password-changed": "Le mot de passe change",
    night: "Une nuit échoue",
  },
  modeLegend: "Quand vous avez répondu à votre banque",
  modeEmbedded: "Rester sur cette page",
  modeEmbeddedText: "La fenêtre de la banque se ferme d’elle-même.",
  modeRedirect: "Partir et revenir",
  modeRedirectText: "La page entière part et revient.",
  language: "English",
  inDemo: "Dans cette démo",
  refresh: "Actualiser",
  refreshing: "En cours…",
  updated: (when) => `Mis à jour ${when}`,
  justNow: "à l’instant",
  ending: (digits) => `se terminant par ${digits}`,
  sendLink: "M’envoyer un lien",
  sendNewLink: "Envoyer un nouveau lien",
  sending: "Envoi…",
  openHere: "Continuer ici",
  startHere: "Commencer ici",
  cancel: "Annuler",
  newOnes: (n) => (n === 1 ? "1 nouvelle opération" : `${n} nouvelles opérations`),
  nothingNew: "Aucune nouvelle opération",
  isNew: "Nouveau",
  owed: "dû",
  vanished: (n) =>
    n === 1 ? "Un de vos comptes n’est plus dans cette banque." : `${n} de vos comptes ne sont plus dans cette banque.`,
  arrived: "Vos comptes sont arrivés.",
  accountsLater: "Vos comptes sont là, mais nous n’avons pas pu les afficher. Réessayez dans un instant.",
  close: "Fermer. Vous pourrez reprendre plus tard.",
  checkingInWindow: "Merci. Nous vérifions auprès de votre banque…",
  offline: "Maple Budget est injoignable. Vérifiez votre connexion ; nous réessayons.",
  refusedNow: "Ce n’est pas possible maintenant. Voici où en sont les choses.",
  ourFault: "Un problème est survenu de notre côté. Réessayez plus tard.",
  refused: {
    too_many_links: "Nous avons envoyé autant de liens que possible. Utilisez le dernier, ou commencez ici.",
    already_settled: "Cette demande a pris fin entre-temps. Voici où en sont les choses.",
  },
  mail: {
    inDemo: "Dans cette démo, votre boîte de réception est ici. Rien n’est vraiment envoyé.",
    to: "à vous",
    subject: "Votre banque a besoin de vous revoir",
    why: (label, bank) => `Nous n’avons pas pu mettre à jour ${label} : ${bank} veut s’assurer que c’est bien vous. Cela prend une minute ou deux.`,
    button: "Reconnecter votre banque",
    newTab: "(s’ouvre dans un nouvel onglet)",
    nothingYet: "Rien ne se passe à votre banque avant que vous appuyiez sur le bouton de la page qui s’ouvre.",
    until: (when) => `Ce lien est à vous seul. Fin de validité : ${when}.`.replace("..", "."),
    replaced: "Celui de notre message précédent ne fonctionne plus.",
  },
  s: {
    elsewhere: ["Vous répondez sur l’autre page", "Terminez là-bas ; cette page suit. Si vous l’avez fermée, vous pouvez continuer ici."],
    done: ["À jour", "Vos comptes sont arrivés."],
    cancelled: ["Annulé", "Rien n’a changé. Votre connexion est comme avant."],
    bankWasDown: ["Votre banque ne répondait pas", "Vous n’y êtes pour rien. Vos derniers chiffres restent tels quels."],
    serviceWasBusy: ["Le lien avec votre banque était occupé", "Vous n’y êtes pour rien. Vos derniers chiffres restent tels quels."],
    invited: ["Quand vous voulez", "Commencez quand vous avez un moment. Votre banque vous posera peut-être une question."],
    linkSent: ["Nous vous avons envoyé un lien", "Ouvrez-le quand vous voulez, sur n’importe quel appareil. Fin de validité : {until}."],
    linkReplaced: ["Nous vous avons envoyé un nouveau lien", "Fin de validité : {until}. Le précédent ne fonctionne plus."],
    linkOver: ["Votre lien n’est plus valable", "Rien n’a changé à votre banque. Demandez un nouveau lien, ou commencez ici."],
    expired: ["Cette actualisation est terminée", "Personne n’a répondu à temps. Vos derniers chiffres restent tels quels."],
  },
};

const LANGUAGES = { en: joined(SHARED.en, EN), fr: joined(SHARED.fr, FR) };

function joined(shared, own) {
  return { ...shared, ...own, s: { ...shared.s, ...own.s } };
}

const KEPT = "maple-budget.language";

let language = recall() ?? (navigator.language.startsWith("fr") ? "fr" : "en");

function recall() {
  try {
    const kept = localStorage.getItem(KEPT);
    return kept in LANGUAGES ? kept : null;
  } catch {
    return null;
  }
}

export const currentLanguage = () => language;
export const words = () => LANGUAGES[language];

export function switchLanguage() {
  language = language === "en" ? "fr" : "en";
  try {
    localStorage.setItem(KEPT, language);
  } catch {
    // Without storage the choice holds for this visit.
  }
}

const locale = () => `${language}-CA`;

/** An amount of money, or a dash where the bank gave none. */
export function money(amount, currency) {
  if (typeof amount !== "number") return "–";
  return new Intl.NumberFormat(locale(), { style: "currency", currency }).format(amount);
}

/** A time of today, or a day and a time. */
export const moment = (instant) => momentIn(language, instant);

/** Put names and times into a sentence. */
export const fill = (sentence, when = "") => filled(sentence, APP, when && words().at(when));

/** How long ago, in words: just now, 5 minutes ago, yesterday. */
export function ago(instant, now) {
  const seconds = Math.round((Date.parse(instant) - now.getTime()) / 1000);
  const format = new Intl.RelativeTimeFormat(locale(), { numeric: "auto" });
  if (seconds > -60) return words().justNow;
  if (seconds > -3600) return format.format(Math.ceil(seconds / 60), "minute");
  if (seconds > -86400) return format.format(Math.ceil(seconds / 3600), "hour");
  return format.format(Math.ceil(seconds / 86400), "day");
}

/** A day of a bank statement; the bank's own text if it is no date. */
export function day(text) {
  const date = new Date(`${text}T12:00:00`);
  if (Number.isNaN(date.getTime())) return text ?? "";
  return new Intl.DateTimeFormat(locale(), { day: "numeric", month: "short" }).format(date);
}
