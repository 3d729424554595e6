/* What people read of their bank's question, in English and French, wherever they read it.
   `{app}` is the app that they know; `{retry}` is when we try again. Nobody has to know how banks are
   connected. */

import { serverNow } from "./clock.js";
import { WINDOW_WORDS } from "./window-words.js";

const SHARED_EN = {
  ...WINDOW_WORDS.en,
  app: "the app that sent you this link",
  foot: (app) => `Your answers go to your bank through Flinks. ${app ?? "The app that sent you this link"} never sees them.`,
  steps: ["Contact your bank", "Confirm it’s you", "Update your accounts"],
  startAgain: "Start again",
  beginAgain: "Begin again",
  answer: "Answer your bank",
  resume: "Continue where you left off",
  signIn: "Sign in to your bank",
  timeLeft: (time) => `${time} left to answer`,
  waiting: (time) => `Waiting for ${time}`,
  mention: (code) => `If you contact {app}, mention ${code}.`,
  at: (time) => `at ${time}`,
  from: (time) => `You can start again from ${time}.`,
  s: {
    ...WINDOW_WORDS.en.s,
    connectionClosed: ["This connection has ended", "You no longer share this bank with {app}, so there is nothing left to do here."],
    starting: ["Contacting your bank", "This can take up to three minutes. It’s safe to leave this page: we carry on, and you can come back."],
    findingOut: ["Still waiting for your bank", "Its answer got lost on the way, so we are asking again. It’s safe to leave this page. If your bank sent you a code, you don’t need it yet."],
    question: ["Your bank has a question for you", "It wants to be sure that it’s you. If you leave, you can come back to it, on any device."],
    questionOver: ["The time to answer is almost over", "It is too late to open your bank’s question. As soon as it has closed, you can start again here."],
    signIn: ["Please sign in to your bank again", "Your bank no longer accepts the sign-in from last time. This happens after a change of password."],
    signInAnew: ["Please connect your bank again", "The connection from last time is no longer there. Sign in as you did then; you may have to choose your bank first."],
    signInToAnswer: ["Please sign in to your bank once more", "Your bank asks something that only you can answer. Sign in, and its question follows."],
    declined: ["You declined", "Nothing has changed, and nothing was shared. You can begin again, now or later."],
    tooManyTries: ["Your bank did not accept the answers", "Nothing has changed. Before you begin again, check what your bank asks for: too many tries can lock an account."],
    checking: ["Checking with your bank", "We are waiting for your bank’s word. It’s safe to leave this page."],
    collecting: ["Updating your accounts", "Your bank said yes. This often takes less than a minute, and it’s safe to leave this page."],
    bankDown: ["Your bank is not answering", "This is not your doing, and you don’t need to do anything. We try again {retry}."],
    serviceBusy: ["The connection to your bank is busy", "You don’t need to do anything. We try again {retry}."],
    otherVisit: ["Another visit to your bank is still open", "We wait for it to end, so that you are not signed out. We try again {retry}."],
    waitingTurn: ["Waiting a moment before we ask your bank again", "The last visit to your bank has to end first. We start {retry}."],
    cancelled: ["This has been cancelled", "Nothing has changed at your bank. If you still want to reconnect, start again from {app}."],
    timeRanOut: ["Time ran out", "Your bank waits only a few minutes for an answer. Nothing is lost: start again when you’re ready."],
    wrongAnswer: ["Your bank did not accept the answer", "Check it, then start again. Your bank may ask something else."],
    enoughToday: ["That’s enough for today", "We have asked your bank often enough for one day, to keep your account from being locked."],
    questionLost: ["Your bank’s question got lost", "You may have received a code that is no longer needed. Start again to get a new one."],
    askedLongAgo: ["Ready when you are", "Some time has passed, so we did not bother your bank without you."],
    bankWasDown: ["Your bank was not answering", "This is not your doing, and nothing has changed. You can start again."],
    serviceWasBusy: ["The connection to your bank was busy", "This is not your doing, and nothing has changed. You can start again."],
    bankFailed: ["Your bank is not answering", "This is not your doing, and nothing has changed. Please try again later from {app}."],
    serviceFailed: ["The connection to your bank did not work", "This is not your doing, and nothing has changed. Please try again later from {app}."],
    expired: ["This request has ended", "Nobody answered in time. Your connection stays as it is. When you’re ready, start again from {app}."],
    tooSlow: ["Your bank took too long", "Your accounts did not arrive in time. Please start again from {app}."],
    askTheBank: ["Your bank needs something from you", "Sign in to your online banking, or call your bank. It may ask you to accept new terms, or to unlock your account. Then start again from {app}."],
    otherLogin: ["That sign-in belongs to another account", "It is not the one you connected before, so nothing was changed. Please contact {app}."],
    accountsGone: ["Your chosen accounts are no longer there", "Your bank no longer lists the accounts that you shared. Please contact {app} to choose others."],
    support: ["Something needs a look on our side", "You did nothing wrong, and trying again won’t help. Please contact {app}."],
  },
};

const SHARED_FR = {
  ...WINDOW_WORDS.fr,
  app: "l’application qui vous a envoyé ce lien",
  foot: (app) => `Vos réponses vont à votre banque par Flinks. ${app ?? "L’application qui vous a envoyé ce lien"} ne les voit jamais.`,
  steps: ["Joindre la banque", "Confirmer que c’est vous", "Mettre vos comptes à jour"],
  startAgain: "Recommencer",
  beginAgain: "Recommencer",
  answer: "Répondre à votre banque",
  resume: "Reprendre où vous en étiez",
  signIn: "Se connecter à votre banque",
  timeLeft: (time) => `${time} pour répondre`,
  waiting: (time) => `En attente depuis ${time}`,
  mention: (code) => `Si vous écrivez à {app}, mentionnez ${code}.`,
  at: (time) => `à ${time}`,
  from: (time) => `Vous pourrez recommencer à partir de ${time}.`,
  s: {
    ...WINDOW_WORDS.fr.s,
    connectionClosed: ["Cette connexion a pris fin", "Vous ne partagez plus cette banque avec {app} ; il ne reste rien à faire ici."],
    starting: ["Nous joignons votre banque", "Cela peut prendre jusqu’à trois minutes. Vous pouvez quitter cette page : nous continuons, et vous pourrez revenir."],
    findingOut: ["Nous attendons toujours votre banque", "Sa réponse s’est perdue en route ; nous reposons la question. Vous pouvez quitter cette page. Si votre banque vous a envoyé un code, vous n’en avez pas encore besoin."],
    question: ["Votre banque a une question pour vous", "Elle veut s’assurer que c’est bien vous. Si vous partez, vous pourrez y revenir, sur n’importe quel appareil."],
    questionOver: ["Le temps pour répondre est presque écoulé", "Il est trop tard pour ouvrir la question de votre banque. Dès qu’elle sera fermée, vous pourrez recommencer ici."],
    signIn: ["Reconnectez-vous à votre banque", "Votre banque n’accepte plus la connexion de la dernière fois. Cela arrive après un changement de mot de passe."],
    signInAnew: ["Reliez de nouveau votre banque", "La connexion de la dernière fois n’existe plus. Connectez-vous comme alors ; il faudra peut-être d’abord choisir votre banque."],
    signInToAnswer: ["Connectez-vous encore une fois à votre banque", "Votre banque demande quelque chose que vous seul savez. Connectez-vous, et sa question suivra."],
    declined: ["Vous avez refusé", "Rien n’a changé et rien n’a été partagé. Vous pouvez recommencer, maintenant ou plus tard."],
    tooManyTries: ["Votre banque n’a pas accepté les réponses", "Rien n’a changé. Avant de recommencer, vérifiez ce que demande votre banque : trop d’essais peuvent bloquer un compte."],
    checking: ["Nous vérifions auprès de votre banque", "Nous attendons la réponse de votre banque. Vous pouvez quitter cette page."],
    collecting: ["Mise à jour de vos comptes", "Votre banque a dit oui. Cela prend souvent moins d’une minute ; vous pouvez quitter cette page."],
    bankDown: ["Votre banque ne répond pas", "Vous n’y êtes pour rien et n’avez rien à faire. Nous réessayons {retry}."],
    serviceBusy: ["Le lien avec votre banque est occupé", "Vous n’avez rien à faire. Nous réessayons {retry}."],
    otherVisit: ["Une autre visite à votre banque est encore ouverte", "Nous attendons qu’elle se termine, pour ne pas vous déconnecter. Nous réessayons {retry}."],
    waitingTurn: ["Un moment avant de rappeler votre banque", "La dernière visite doit d’abord se terminer. Nous commençons {retry}."],
    cancelled: ["Cette demande a été annulée", "Rien n’a changé à votre banque. Si vous voulez toujours vous reconnecter, recommencez depuis {app}."],
    timeRanOut: ["Le temps est écoulé", "Votre banque n’attend que quelques minutes. Rien n’est perdu : recommencez quand vous voulez."],
    wrongAnswer: ["Votre banque n’a pas accepté la réponse", "Vérifiez-la, puis recommencez. Votre banque posera peut-être une autre question."],
    enoughToday: ["C’est assez pour aujourd’hui", "Nous avons assez sollicité votre banque en un jour, pour éviter que votre compte soit bloqué."],
    questionLost: ["La question de votre banque s’est perdue", "Vous avez peut-être reçu un code qui ne sert plus. Recommencez pour en recevoir un nouveau."],
    askedLongAgo: ["Quand vous voulez", "Un certain temps a passé ; nous n’avons pas dérangé votre banque sans vous."],
    bankWasDown: ["Votre banque ne répondait pas", "Vous n’y êtes pour rien, et rien n’a changé. Vous pouvez recommencer."],
    serviceWasBusy: ["Le lien avec votre banque était occupé", "Vous n’y êtes pour rien, et rien n’a changé. Vous pouvez recommencer."],
    bankFailed: ["Votre banque ne répond pas", "Vous n’y êtes pour rien, et rien n’a changé. Réessayez plus tard depuis {app}."],
    serviceFailed: ["Le lien avec votre banque n’a pas fonctionné", "Vous n’y êtes pour rien, et rien n’a changé. Réessayez plus tard depuis {app}."],
    expired: ["Cette demande est terminée", "Personne n’a répondu à temps. Votre connexion reste telle quelle. Quand vous voudrez, recommencez depuis {app}."],
    tooSlow: ["Votre banque a pris trop de temps", "Vos comptes ne sont pas arrivés à temps. Recommencez depuis {app}."],
    askTheBank: ["Votre banque a besoin de vous", "Ouvrez vos services bancaires en ligne ou appelez votre banque : elle peut demander d’accepter de nouvelles conditions ou de débloquer votre compte. Recommencez ensuite depuis {app}."],
    otherLogin: ["Cette connexion mène à un autre dossier", "Ce n’est pas celui que vous aviez connecté ; rien n’a été changé. Communiquez avec {app}."],
    accountsGone: ["Les comptes choisis n’existent plus", "Votre banque ne présente plus les comptes que vous partagez. Communiquez avec {app} pour en choisir d’autres."],
    support: ["Quelque chose est à vérifier de notre côté", "Vous n’avez rien fait de mal, et réessayer n’aidera pas. Communiquez avec {app}."],
  },
};

export const SHARED = { en: SHARED_EN, fr: SHARED_FR };

/** French puts a space before some signs; no line may begin with one. */
export const bound = (text) => text.replace(/ (?=[:;?!])/g, "\u00a0");

/** A time of today, or a day and a time, by this device's zone. */
export function momentIn(language, instant) {
  const locale = `${language}-CA`;
  const date = new Date(instant);
  const time = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" }).format(date);
  if (date.toDateString() === serverNow().toDateString()) return time;
  const day = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });
  return `${day.format(date)}, ${time}`;
}

/** Put names and times into a sentence; what is not there leaves no gap. */
export const filled = (sentence, app, when) => sentence
  .replace(" {retry}", when && ` ${when}`)
  .replace("..", ".") // "p.m."
  .replaceAll(/\{app\}/gi, () => app);
