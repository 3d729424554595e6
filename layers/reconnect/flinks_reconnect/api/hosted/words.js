/* What people read on this page alone, in English and French. `app` may have no name. */

import { SHARED, filled, momentIn } from "./shared/words.js";

const EN = {
  switchTo: "Français",
  unnamed: "Your bank connection",
  plan: [
    "We contact your bank, which can take up to three minutes.",
    "It may send you a code or ask a question. You answer right here, on this page.",
    "You can leave at any time. The same link brings you back.",
  ],
  nothingYet: "Nothing happens at your bank before you press the button.",
  begin: "Continue to your bank",
  back: (app) => `Back to ${app ?? "the app"}`,
  retry: "Try again now",
  closePage: "You can close this page.",
  stillWaiting: "Still waiting. You may leave this page; your link brings you back.",
  hurry: "Two minutes left to answer your bank.",
  contact: "Contact {app}",
  privacy: "Privacy",
  otherLanguage: "Your bank’s window is in French.",
  offline: "We can’t reach our service. Check your connection; we keep trying.",
  notSent: "That did not get through. Please try again in a moment.",
  notNow: "That is not possible right now. Here is how things stand.",
  noWindow: "Your bank’s window can’t be opened right now. Please try again in a moment.",
  s: {
    loading: ["One moment…", ""],
    incomplete: ["This link is not complete", "Open it again from your message, or copy all of it. If that does not help, ask {app} for a new link."],
    gone: ["Please ask for a new link", "This link no longer works. Links are good for a limited time only. Ask {app} for a new one. Your bank connection stays as it is."],
    replaced: ["There is a newer link", "Another link has taken the place of this one. Open the latest message from {app}, or ask for a new link."],
    invited: ["{App} asks you to reconnect your bank", "Your bank wants to be sure that it’s you before it shares your accounts again."],
    invitedUnnamed: ["Reconnect your bank", "Your bank wants to be sure that it’s you before it shares your accounts again."],
    elsewhere: ["Your bank has a question for you", "It wants to be sure that it’s you. If you are already answering on another device, finish there."],
    interrupted: ["Your bank is waiting for your answer", "You can go straight on to its question, on this device too."],
    done: ["All done", "Your bank connection works again."],
    alreadyDone: ["All good", "Your bank connection is up to date. There is nothing left to do."],
  },
};

const FR = {
  switchTo: "English",
  unnamed: "Votre connexion bancaire",
  plan: [
    "Nous joignons votre banque, en trois minutes au plus.",
    "Elle peut vous envoyer un code ou poser une question. Vous répondez ici même.",
    "Vous pouvez partir à tout moment. Le même lien vous ramène.",
  ],
  nothingYet: "Rien ne se passe à votre banque avant que vous appuyiez sur le bouton.",
  begin: "Continuer vers votre banque",
  back: (app) => (app ? `Retour à ${app}` : "Retour à l’application"),
  retry: "Réessayer maintenant",
  closePage: "Vous pouvez fermer cette page.",
  stillWaiting: "Toujours en attente. Vous pouvez quitter cette page ; votre lien vous ramène ici.",
  hurry: "Il vous reste deux minutes pour répondre à votre banque.",
  contact: "Communiquer avec {app}",
  privacy: "Confidentialité",
  otherLanguage: "La fenêtre de votre banque est en anglais.",
  offline: "Notre service est injoignable. Vérifiez votre connexion ; nous réessayons.",
  notSent: "Cela n’est pas passé. Réessayez dans un instant.",
  notNow: "Ce n’est pas possible maintenant. Voici où en sont les choses.",
  noWindow: "La fenêtre de votre banque ne peut pas s’ouvrir maintenant. Réessayez dans un instant.",
  s: {
    loading: ["Un instant…", ""],
    incomplete: ["Ce lien n’est pas complet", "Ouvrez-le de nouveau depuis votre message, ou copiez-le en entier. Si cela n’aide pas, demandez un nouveau lien à {app}."],
    gone: ["Demandez un nouveau lien", "Ce lien ne fonctionne plus : un lien n’est valable qu’un certain temps. Demandez-en un nouveau à {app}. Votre connexion bancaire reste telle quelle."],
    replaced: ["Il y a un lien plus récent", "Un autre lien a remplacé celui-ci. Ouvrez le dernier message de {app}, ou demandez un nouveau lien."],
    invited: ["{App} vous demande de reconnecter votre banque", "Votre banque veut s’assurer que c’est bien vous avant de partager de nouveau vos comptes."],
    invitedUnnamed: ["Reconnectez votre banque", "Votre banque veut s’assurer que c’est bien vous avant de partager de nouveau vos comptes."],
    elsewhere: ["Votre banque a une question pour vous", "Elle veut s’assurer que c’est bien vous. Si vous répondez déjà sur un autre appareil, terminez là-bas."],
    interrupted: ["Votre banque attend votre réponse", "Vous pouvez passer directement à sa question, sur cet appareil aussi."],
    done: ["C’est fait", "Votre connexion bancaire fonctionne de nouveau."],
    alreadyDone: ["Tout est en ordre", "Votre connexion bancaire est à jour. Il ne reste rien à faire."],
  },
};

const LANGUAGES = { en: joined(SHARED.en, EN), fr: joined(SHARED.fr, FR) };

function joined(shared, own) {
  return { ...shared, ...own, s: { ...shared.s, ...own.s } };
}

/** Who sent the link; null if nobody told. */
export const APP = document.body.dataset.app || null;

export let language = navigator.language.toLowerCase().startsWith("fr") ? "fr" : "en";
let isChosen = false;

export const words = () => LANGUAGES[language];

/** Speak as the server knows the person; what the person chose here stays. Held for this visit. */
export function speakAs(known) {
  if (!isChosen && known in LANGUAGES) language = known;
}

export function switchLanguage() {
  language = language === "en" ? "fr" : "en";
  isChosen = true;
}

/** Put names and times into a sentence; text that is not there leaves no gap. */
export const fill = (sentence, retryAt) =>
  filled(sentence, APP ?? words().app, retryAt ? words().at(moment(retryAt)) : "");

export const moment = (instant) => momentIn(language, instant);
