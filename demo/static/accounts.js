/* The accounts that arrived: what is new stands out, by more than its colour. */

import { make } from "./dom.js";
import { day, money, words } from "./words.js";

export function drawAccounts(arrived) {
  const rows = arrived.accounts.map(drawAccount);
  const list = make("ul", { class: "accounts" }, ...rows);
  if (!arrived.vanished) return [list];
  return [list, make("p", { class: "aside" }, words().vanished(arrived.vanished))];
}

function drawAccount(account) {
  const text = words();
  const news = account.newTransactions ? text.newOnes(account.newTransactions) : text.nothingNew;
  return make("li", { class: "account", "data-testid": "account-row" },
    make("div", { class: "account-head" },
      make("h4", {}, account.title, " ", digits(account.lastFour)),
      make("p", { class: "balance" }, money(account.balance, account.currency),
        account.isCredit ? make("small", {}, ` ${text.owed}`) : null)),
    make("p", { class: account.newTransactions ? "news has-news" : "news" }, news),
    make("ul", { class: "transactions" },
      ...account.transactions.map((each) => drawTransaction(each, account.currency))));
}

function drawTransaction(transaction, currency) {
  const sum = transaction.amount;
  return make("li", { class: transaction.isNew ? "is-new" : null },
    make("span", { class: "day" }, day(transaction.date)),
    make("span", { class: "what" }, transaction.description ?? "", " ",
      transaction.isNew ? make("b", { class: "badge" }, words().isNew) : null),
    make("span", { class: sum > 0 ? "sum is-in" : "sum" },
      sum > 0 ? `+${money(sum, currency)}` : money(sum, currency)));
}

/** The last digits, drawn with dots and read out as words. */
export function digits(lastFour) {
  if (!lastFour) return "";
  return make("span", { class: "digits" },
    make("span", { "aria-hidden": "true" }, `••${lastFour}`),
    make("span", { class: "unseen" }, words().ending(lastFour)));
}
