// Two calls and a redirect: a Refresh button, and the page that people come back to.
//
//   npm install <the packed client> express tsx && npx tsx app.ts      (Node 20 or newer)

import express from "express";
import { ReconnectClient } from "flinks-reconnect-client";

const loginId = process.env.LOGIN_ID!; // yours is in your database, for who is signed in
const returnUrl = process.env.RETURN_URL!; // one of the stack's ReturnUrls, leading to /back
const reconnect = new ReconnectClient(); // from RECONNECT_API_URL and AWS's standard credentials
const app = express();

app.get("/", (_, response) => {
  response.send('<form method="post" action="/refresh"><button>Refresh</button></form>');
});

app.post("/refresh", async (_, response) => {
  const wanted = { loginId, selectedAccounts: "all", userPresent: true, returnUrl } as const;
  const started = await reconnect.startRefresh(wanted);
  const link = await reconnect.link(started.id, { channel: "in_app" });
  response.redirect(303, link.url);
});

app.get("/back", async (request, response) => {
  // Anybody can write this address: what it names is a question, and the API has the answer.
  const refreshId = String(request.query.refreshId);
  const done = await reconnect.waitUntil(refreshId, ["completed"], { timeoutSeconds: 30 });
  const { accounts } = await reconnect.accounts(done.id);
  response.send(`<p>Fresh: ${accounts.length} accounts.</p>`);
});

app.listen(Number(process.env.PORT ?? 8805), "127.0.0.1");
