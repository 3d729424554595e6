"""What the widget says, in English and French."""

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "sandbox": (
        "Sandbox: no real bank, no real money",
        "Bac à sable : ni vraie banque, ni vrai argent",
    ),
    "institutions.title": ("Select your institution", "Choisissez votre institution"),
    "institutions.search": ("Search institutions", "Rechercher une institution"),
    "institutions.none": ("No institution matches.", "Aucune institution ne correspond."),
    "consent.title": ("Share your account information", "Partager l'information de vos comptes"),
    "consent.text": (
        "{who} will receive your account details and transactions. Your credentials are "
        "encrypted and never shown to it. You may withdraw your consent at any time.",
        "{who} recevra les détails et opérations de vos comptes. Vos identifiants sont chiffrés "
        "et ne lui sont jamais montrés. Vous pouvez retirer votre consentement en tout temps.",
    ),
    "consent.who": ("This application", "Cette application"),
    "consent.accept": ("Agree and Continue", "Accepter et continuer"),
    "consent.deny": ("Decline", "Refuser"),
    "consent.denied": (
        "You declined. Nothing was shared.",
        "Vous avez refusé. Rien n'a été partagé.",
    ),
    "terms": ("Read the terms of use", "Lire les conditions d'utilisation"),
    "terms.deny": ("I do not accept the terms", "Je refuse les conditions"),
    "terms.accept": ("I accept the terms of use", "J'accepte les conditions d'utilisation"),
    "credentials.title": ("Sign in to {bank}", "Ouvrir une session à {bank}"),
    "credentials.username": ("Username or card number", "Nom d'utilisateur ou numéro de carte"),
    "credentials.password": ("Password", "Mot de passe"),
    "credentials.submit": ("Submit", "Soumettre"),
    "credentials.forgot": ("Reset password", "Réinitialiser le mot de passe"),
    "retry": ("Retry", "Réessayer"),
    "back": ("Back", "Retour"),
    "close": ("Close", "Fermer"),
    "mfa.title": ("Verify it is you", "Confirmez votre identité"),
    "mfa.intro": ("{bank} asks one more thing.", "{bank} demande une vérification."),
    "mfa.submit": ("Continue", "Continuer"),
    "mfa.option": ("Image {n}", "Image {n}"),
    "mfa.help": ("I did not receive a code", "Je n'ai pas reçu de code"),
    "mfa.help.more": ("Where do I find my answer?", "Où trouver ma réponse?"),
    "mfa.help.text": (
        "Codes can take a minute. Check the phone your bank knows.",
        "Un code peut tarder une minute. Vérifiez le téléphone connu de votre banque.",
    ),
    "accounts.title": ("Choose what to share", "Choisissez quoi partager"),
    "accounts.one": ("Select one account.", "Choisissez un compte."),
    "accounts.many": ("Select one or more accounts.", "Choisissez un ou plusieurs comptes."),
    "accounts.submit": ("Continue", "Continuer"),
    "accounts.empty": ("There is no account to choose.", "Il n'y a aucun compte à choisir."),
    "wait.title": ("Connecting to {bank}", "Connexion à {bank}"),
    "wait.text": ("This can take a few minutes.", "Cela peut prendre quelques minutes."),
    "done.title": ("You are connected", "Vous êtes connecté"),
    "done.text": ("You can go back to the application.", "Vous pouvez retourner à l'application."),
    "oauth.title": ("Continue at {bank}", "Continuer chez {bank}"),
    "oauth.text": (
        "Your bank opens in a new window. Approve the access there.",
        "Votre banque s'ouvre dans une nouvelle fenêtre. Approuvez-y l'accès.",
    ),
    "oauth.submit": ("Open my bank", "Ouvrir ma banque"),
    "oauth.blocked": (
        "Your browser blocked the window. Allow pop-ups and try again.",
        "Votre navigateur a bloqué la fenêtre. Autorisez-la et réessayez.",
    ),
    "oauth.denied": ("The bank did not get your approval.", "La banque n'a pas reçu votre accord."),
    "bank.title": ("{bank}: sign in", "{bank} : ouvrir une session"),
    "bank.text": (
        "Connect asks to read your accounts and transactions.",
        "Connect demande à lire vos comptes et vos opérations.",
    ),
    "bank.username": ("Username", "Nom d'utilisateur"),
    "bank.approve": ("Approve", "Approuver"),
    "bank.deny": ("Refuse", "Refuser"),
    "enhanced.title": ("Save your security answers", "Enregistrez vos réponses de sécurité"),
    "enhanced.intro": (
        "With these answers {bank} can be refreshed without you.",
        "Avec ces réponses, {bank} peut être actualisée sans vous.",
    ),
    "token.title": ("This page has expired", "Cette page a expiré"),
    "token.text": (
        "The link to this page is no longer valid. Go back to the application and start again.",
        "Le lien de cette page n'est plus valide. Retournez à l'application et recommencez.",
    ),
    "session.title": ("This session has ended", "Cette session est terminée"),
    "session.text": (
        "Too much time has passed. Go back to the application and start again.",
        "Trop de temps a passé. Retournez à l'application et recommencez.",
    ),
    "error.title": ("We could not connect", "La connexion a échoué"),
    "closed.text": ("You closed this page.", "Vous avez fermé cette page."),
    "hint": ("Sandbox answer: {answer}", "Réponse du bac à sable : {answer}"),
    "hint.password": (
        "Sandbox users: Greatday or greatday_nomfa, password Everyday",
        "Utilisateurs du bac à sable : Greatday ou greatday_nomfa, mot de passe Everyday",
    ),
    "INVALID_USERNAME": (
        "Invalid username. The bank does not know it.",
        "La banque ne connaît pas ce nom d'utilisateur.",
    ),
    "INVALID_PASSWORD": (
        "Invalid password. Check it and try again.",
        "Le mot de passe est incorrect. Réessayez.",
    ),
    "INVALID_LOGIN": (
        "Invalid username or password.",
        "Nom d'utilisateur ou mot de passe incorrect.",
    ),
    "INVALID_SECURITY_RESPONSE": (
        "Invalid answer. Check it and try again.",
        "Cette réponse est incorrecte. Réessayez.",
    ),
    "SECURITYRESPONSES_INCOMPLETE": ("Answer every question.", "Répondez à chaque question."),
    "RETRY_LATER": (
        "The bank cannot be reached. Try again later.",
        "La banque est injoignable. Réessayez plus tard.",
    ),
    "BANK_MAINTENANCE_RETRY_LATER": (
        "The bank is under maintenance. Try again later.",
        "La banque est en maintenance. Réessayez plus tard.",
    ),
    "UNAUTHORIZED": ("The bank refused the connection.", "La banque a refusé la connexion."),
    "NEW_ACCOUNT": (
        "Your bank needs you to sign in on its own site first.",
        "Votre banque demande que vous ouvriez d'abord une session sur son site.",
    ),
    "DISABLED_LOGIN": (
        "Your bank has blocked this access. Contact your bank.",
        "Votre banque a bloqué cet accès. Communiquez avec elle.",
    ),
    "DISABLED_INSTITUTION": (
        "This bank is not available now.",
        "Cette banque n'est pas disponible pour l'instant.",
    ),
    "AGGREGATION_ERROR": (
        "Something went wrong. Try again later.",
        "Une erreur est survenue. Réessayez plus tard.",
    ),
    "CONCURRENT_SESSION": (
        "This bank is being connected elsewhere. Try again in a few minutes.",
        "Cette banque est en cours de connexion ailleurs. Réessayez dans quelques minutes.",
    ),
    "REQUIRED": ("Fill in this field.", "Remplissez ce champ."),
}


def say(language: str, key: str, **values: str) -> str:
    """Return a text, its gaps filled."""
    english, french = TEXTS.get(key, TEXTS["AGGREGATION_ERROR"])
    return (french if language == "fr" else english).format(**values)
