/* What people read in and around the bank's window: all that a page needs that frames it itself. */

export const WINDOW_WORDS = {
  en: {
    openAgain: "Open it again",
    opening: "Opening your bank’s window…",
    renewing: "One moment, opening a new window…",
    slow: "Your bank’s window is slow to open.",
    failed: "Your bank’s window reports a problem.",
    old: "Has the window stopped answering?",
    gaveUp: "Your bank’s window could not be opened.",
    s: {
      inBank: ["Your bank’s question", ""],
      inSignIn: ["Sign in to your bank", "You may be asked to agree to sharing, or to choose your bank."],
    },
  },
  fr: {
    openAgain: "L’ouvrir de nouveau",
    opening: "Ouverture de la fenêtre de votre banque…",
    renewing: "Un instant, nous ouvrons une nouvelle fenêtre…",
    slow: "La fenêtre de votre banque tarde à s’ouvrir.",
    failed: "La fenêtre de votre banque signale un problème.",
    old: "La fenêtre ne répond plus ?",
    gaveUp: "La fenêtre de votre banque n’a pas pu s’ouvrir.",
    s: {
      inBank: ["La question de votre banque", ""],
      inSignIn: ["Connexion à votre banque", "Il faudra peut-être donner votre accord au partage, ou choisir votre banque."],
    },
  },
};
