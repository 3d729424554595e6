"use strict";
// The main flow of the published client, as its readme shows it. Prints what came back.
const { default: FlinksClient, isMessageValid } = require("node-flinks");

async function main() {
  const { CUSTOMER_ID: customerId, SECRET_KEY: secret, LOGIN_ID: loginId } = process.env;
  const flinks = new FlinksClient("sandbox", customerId);
  const { accessToken } = await flinks.token({ clientId: customerId, secret }, true);
  const cached = await flinks.authorize({ loginId, accessToken });
  const challenged = await flinks.authorize({
    loginId, accessToken, mostRecentCached: false, save: true });
  const refused = await flinks
    .getAccountsDetail({ requestId: challenged.requestId, accessToken })
    .catch((error) => error);
  const answered = await flinks.authorize({
    accessToken, requestId: challenged.requestId,
    securityResponses: { [challenged.securityChallenges[0].prompt]: ["Montreal"] } })
    .catch((error) => error);
  const { requestId } = cached;
  const first = await flinks.getAccountsSummary({ requestId, accessToken });
  const summary = await flinks.getAccountsSummaryAsync({ requestId, accessToken });
  await flinks.getAccountsDetail({ requestId, accessToken });
  const detail = await flinks.getAccountsDetailAsync({ requestId, accessToken });
  const dead = await flinks.getAccountsDetail({ requestId, accessToken }).catch((error) => error);
  await flinks.getStatements({ requestId, accessToken });
  const statements = await flinks.getStatementsAsync({ requestId, accessToken });
  console.log(JSON.stringify({
    cached: cached.httpStatusCode,
    challenged: challenged.httpStatusCode,
    refused: [refused.httpStatusCode, refused.flinksCode, refused.flinksDescription],
    answered: [answered.httpStatusCode, answered.flinksCode],
    first: first.accounts.length,
    summary: summary.accounts.length,
    detail: detail.accounts.map((account) => account.transactions.length > 0),
    loginId: detail.login.id,
    dead: dead.flinksCode,
    statements: statements.statementsByAccount.length,
    signature: isMessageValid(
      '{"ResponseType":"KYC","HttpStatusCode":200}',
      "Xx8aSUAi3H0pBdcBCz8sJB+tA+mCEVRod121/S/9S98=", "secret"),
  }));
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
