/* What people read, in English and French. Nobody has to know how banks are connected. */

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
  open: "Answer your bank",
  openAgain: "Continue where you left off",
  openHere: "Continue here",
  openSignIn: "Sign in to your bank",
  startAgain: "Start again",
  startNew: "Start again",
  startHere: "Start here now",
  cancel: "Cancel",
  timeLeft: (time) => `${time} left to answer`,
  at: (time) => `at ${time}`,
  from: (time) => `You can start again from ${time}.`,
  steps: ["Contact your bank", "Confirm it’s you", "Collect your accounts"],
  supportCode: (code) => `If you contact us, mention ${code}.`,
  newOnes: (n) => (n === 1 ? "1 new transaction" : `${n} new transactions`),
  nothingNew: "No new transactions",
  isNew: "New",
  owed: "owed",
  vanished: (n) =>
    n === 1 ? "One of your accounts is no longer at this bank." : `${n} of your accounts are no longer at this bank.`,
  arrived: "Your accounts have arrived.",
  accountsLater: "Your accounts are here, but we could not show them. Try again in a moment.",
  questionFrom: (bank) => `A question from ${bank}`,
  signInTo: (bank) => `Sign in to ${bank}`,
  connectFoot: "Your answers go to your bank through Flinks. Maple Budget never sees them.",
  close: "Close. You can continue later.",
  opening: "Opening your bank’s window…",
  checkingInWindow: "Thank you. Checking with your bank…",
  slowWindow: "Your bank’s window is slow to open.",
  renewing: "One moment, opening a new window…",
  gaveUpWindow: "Your bank’s window could not be opened.",
  reload: "Open it again",
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
    starting: ["Contacting your bank", "Banks can take up to three minutes. It’s safe to leave this page: we carry on, and you’ll find it here."],
    findingOut: ["Still waiting for your bank", "Its answer got lost on the way, so we are asking again. This can take a while, and it’s safe to leave. If your bank sent you a code, you don’t need it yet."],
    question: ["Your bank has a question for you", "It wants to be sure that it’s you. If you leave, you can continue from here, on any device."],
    questionOver: ["The time to answer is almost over", "It is too late to open your bank’s question. As soon as it has closed, you can start again."],
    elsewhere: ["You are answering on the other page", "Finish there; this page follows. If you have closed it, you can go on here."],
    signIn: ["Please sign in to your bank again", "Your bank no longer accepts the sign-in from last time. This happens after a change of password."],
    checking: ["Checking with your bank", "We are waiting for your bank’s word. It’s safe to leave this page."],
    collecting: ["Collecting your accounts", "Your bank said yes. This often takes less than a minute, and it’s safe to leave."],
    bankDown: ["Your bank is not answering", "This is not your doing, and you don’t need to do anything. We try again {retry}."],
    serviceBusy: ["The connection to your bank is busy", "You don’t need to do anything. We try again {retry}."],
    otherVisit: ["Another visit to your bank is still open", "We wait for it to end, so that you are not signed out. We try again {retry}."],
    waitingTurn: ["Waiting a moment before we ask your bank again", "The last visit to your bank has to end first. We start {retry}."],
    done: ["Up to date", "Your accounts have arrived."],
    cancelled: ["Cancelled", "Nothing has changed. Your connection is as it was."],
    timeRanOut: ["Time ran out", "Your bank waits only a few minutes for an answer. Nothing is lost: start again when you’re ready."],
    wrongAnswer: ["Your bank did not accept the answer", "Check it, then start again. Your bank may ask something else."],
    enoughToday: ["That’s enough for today", "We have asked your bank often enough for one day, to keep your account from being locked."],
    questionLost: ["Your bank’s question got lost", "You may have received a code that is no longer needed. Start again to get a new one."],
    askedLongAgo: ["Ready when you are", "Some time has passed, so we did not bother your bank without you."],
    bankWasDown: ["Your bank was not answering", "This is not your doing. Your last figures stay as they are."],
    serviceWasBusy: ["The connection to your bank was busy", "This is not your doing. Your last figures stay as they are."],
    invited: ["Ready when you are", "Start when you have a moment. Your bank may ask you a question."],
    linkSent: ["We sent you a link", "Open it when it suits you, on any device. It is good until {until}."],
    linkReplaced: ["We sent you a new link", "It is good until {until}. The one before no longer works."],
    linkOver: ["Your link is no longer good", "Nothing has changed at your bank. Ask for a new link, or start here."],
    expired: ["This refresh has ended", "Nobody answered in time. Your last figures stay as they are."],
    tooSlow: ["Your bank took too long", "The accounts did not arrive in time. Your last figures stay as they are."],
    askTheBank: ["Your bank needs something from you", "Sign in to your online banking, or call your bank. It may ask you to accept new terms, or to unlock your account. Then start again here."],
    otherLogin: ["That sign-in belongs to another account", "It is not the one you connected here, so nothing was changed. Try again with the sign-in you used before."],
    accountsGone: ["Your chosen accounts are no longer there", "Your bank no longer lists the accounts you shared with us. Contact us to choose others."],
    support: ["Something needs a look on our side", "You did nothing wrong, and trying again won’t help. Please contact us."],
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
  open: "Répondre à votre banque",
  openAgain: "Reprendre où vous en étiez",
  openHere: "Continuer ici",
  openSignIn: "Se connecter à votre banque",
  startAgain: "Recommencer",
  startNew: "Recommencer",
  startHere: "Commencer ici",
  cancel: "Annuler",
  timeLeft: (time) => `${time} pour répondre`,
  at: (time) => `à ${time}`,
  from: (time) => `Vous pourrez recommencer à partir de ${time}.`,
  steps: ["Joindre la banque", "Confirmer que c’est vous", "Recueillir vos comptes"],
  supportCode: (code) => `Si vous nous écrivez, mentionnez ${code}.`,
  newOnes: (n) => (n === 1 ? "1 nouvelle opération" : `${n} nouvelles opérations`),
  nothingNew: "Aucune nouvelle opération",
  isNew: "Nouveau",
  owed: "dû",
  vanished: (n) =>
    n === 1 ? "Un de vos comptes n’est plus dans cette banque." : `${n} de vos comptes ne sont plus dans cette banque.`,
  arrived: "Vos comptes sont arrivés.",
  accountsLater: "Vos comptes sont là, mais nous n’avons pas pu les afficher. Réessayez dans un instant.",
  questionFrom: (bank) => `Une question de ${bank}`,
  signInTo: (bank) => `Se connecter à ${bank}`,
  connectFoot: "Vos réponses vont à votre banque par Flinks. Maple Budget ne les voit jamais.",
  close: "Fermer. Vous pourrez reprendre plus tard.",
  opening: "Ouverture de la fenêtre de votre banque…",
  checkingInWindow: "Merci. Nous vérifions auprès de votre banque…",
  slowWindow: "La fenêtre de votre banque tarde à s’ouvrir.",
  renewing: "Un instant, nous ouvrons une nouvelle fenêtre…",
  gaveUpWindow: "La fenêtre de votre banque n’a pas pu s’ouvrir.",
  reload: "L’ouvrir de nouveau",
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
    starting: ["Nous joignons votre banque", "Cela peut prendre jusqu’à trois minutes. Vous pouvez quitter cette page : nous continuons, et vous retrouverez tout ici."],
    findingOut: ["Nous attendons toujours votre banque", "Sa réponse s’est perdue en route ; nous reposons la question. Vous pouvez quitter cette page. Si votre banque vous a envoyé un code, vous n’en avez pas encore besoin."],
    question: ["Votre banque a une question pour vous", "Elle veut s’assurer que c’est bien vous. Si vous partez, vous pourrez reprendre ici, sur n’importe quel appareil."],
    questionOver: ["Le temps pour répondre est presque écoulé", "Il est trop tard pour ouvrir la question de votre banque. Dès qu’elle sera fermée, vous pourrez recommencer."],
    elsewhere: ["Vous répondez sur l’autre page", "Terminez là-bas ; cette page suit. Si vous l’avez fermée, vous pouvez continuer ici."],
    signIn: ["Reconnectez-vous à votre banque", "Votre banque n’accepte plus la connexion de la dernière fois. Cela arrive après un changement de mot de passe."],
    checking: ["Nous vérifions auprès de votre banque", "Nous attendons la réponse de votre banque. Vous pouvez quitter cette page."],
    collecting: ["Nous recueillons vos comptes", "Votre banque a dit oui. Cela prend souvent moins d’une minute ; vous pouvez quitter cette page."],
    bankDown: ["Votre banque ne répond pas", "Vous n’y êtes pour rien et n’avez rien à faire. Nous réessayons {retry}."],
    serviceBusy: ["Le lien avec votre banque est occupé", "Vous n’avez rien à faire. Nous réessayons {retry}."],
    otherVisit: ["Une autre visite à votre banque est encore ouverte", "Nous attendons qu’elle se termine, pour ne pas vous déconnecter. Nous réessayons {retry}."],
    waitingTurn: ["Un moment avant de rappeler votre banque", "La dernière visite doit d’abord se terminer. Nous commençons {retry}."],
    done: ["À jour", "Vos comptes sont arrivés."],
    cancelled: ["Annulé", "Rien n’a changé. Votre connexion est comme avant."],
    timeRanOut: ["Le temps est écoulé", "Votre banque n’attend que quelques minutes. Rien n’est perdu : recommencez quand vous voulez."],
    wrongAnswer: ["Votre banque n’a pas accepté la réponse", "Vérifiez-la, puis recommencez. Votre banque posera peut-être une autre question."],
    enoughToday: ["C’est assez pour aujourd’hui", "Nous avons assez sollicité votre banque en un jour, pour éviter que votre compte soit bloqué."],
    questionLost: ["La question de votre banque s’est perdue", "Vous avez peut-être reçu un code qui ne sert plus. Recommencez pour en recevoir un nouveau."],
    askedLongAgo: ["Quand vous voulez", "Un certain temps a passé ; nous n’avons pas dérangé votre banque sans vous."],
    bankWasDown: ["Votre banque ne répondait pas", "Vous n’y êtes pour rien. Vos derniers chiffres restent tels quels."],
    serviceWasBusy: ["Le lien avec votre banque était occupé", "Vous n’y êtes pour rien. Vos derniers chiffres restent tels quels."],
    invited: ["Quand vous voulez", "Commencez quand vous avez un moment. Votre banque vous posera peut-être une question."],
    linkSent: ["Nous vous avons envoyé un lien", "Ouvrez-le quand vous voulez, sur n’importe quel appareil. Fin de validité : {until}."],
    linkReplaced: ["Nous vous avons envoyé un nouveau lien", "Fin de validité : {until}. Le précédent ne fonctionne plus."],
    linkOver: ["Votre lien n’est plus valable", "Rien n’a changé à votre banque. Demandez un nouveau lien, ou commencez ici."],
    expired: ["Cette actualisation est terminée", "Personne n’a répondu à temps. Vos derniers chiffres restent tels quels."],
    tooSlow: ["Votre banque a pris trop de temps", "Les comptes ne sont pas arrivés à temps. Vos derniers chiffres restent tels quels."],
    askTheBank: ["Votre banque a besoin de vous", "Ouvrez vos services bancaires en ligne ou appelez votre banque : elle peut demander d’accepter de nouvelles conditions ou de débloquer votre compte. Recommencez ensuite ici."],
    otherLogin: ["Cette connexion mène à un autre dossier", "Ce n’est pas celui que vous avez connecté ici ; rien n’a été changé. Réessayez avec la connexion d’avant."],
    accountsGone: ["Les comptes choisis n’existent plus", "Votre banque ne présente plus les comptes que vous partagez avec nous. Écrivez-nous pour en choisir d’autres."],
    support: ["Quelque chose est à vérifier de notre côté", "Vous n’avez rien fait de mal, et réessayer n’aidera pas. Écrivez-nous."],
  },
};

const LANGUAGES = { en: EN, fr: FR };
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
export function moment(instant, now) {
  const date = new Date(instant);
  const sameDay = date.toDateString() === now.toDateString();
  const time = new Intl.DateTimeFormat(locale(), { hour: "numeric", minute: "2-digit" }).format(date);
  if (sameDay) return time;
  const day = new Intl.DateTimeFormat(locale(), { weekday: "long", day: "numeric", month: "long" });
  return `${day.format(date)}, ${time}`;
}

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
