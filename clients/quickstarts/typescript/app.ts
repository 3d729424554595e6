// Two calls and a redirect: a Refresh button, and the page that people come back to.
//
//   npm install ./clients/typescript && npx tsx app.ts      (Node 20 or newer)

import { createServer } from "node:http";
import { ReconnectClient } from "flinks-reconnect-client";

const loginId = process.env.LOGIN_ID!; // yours is in your database, for who is signed in
const returnUrl = process.env.RETURN_URL!; // one of the stack's ReturnUrls, leading to /back
const reconnect = new ReconnectClient(); // from RECONNECT_API_URL and AWS's standard credentials

const refresh = async (): Promise<string> => {
  const started = await reconnect.startRefresh({
    loginId,
    selectedAccounts: "all",
    userPresent: true,
    returnUrl,
  });
  return (await reconnect.link(started.id, { channel: "in_app" })).url;
};

const back = async (refreshId: string): Promise<string> => {
  // Anybody can write this address: what it names is a question, and the API has the answer.
  const done = await reconnect.waitUntil(refreshId, ["completed"], { timeoutSeconds: 30 });
  const { accounts } = await reconnect.accounts(done.id);
  return `<p>Fresh: ${accounts.length} accounts.</p>`;
};

createServer(async (request, response) => {
  const url = new URL(request.url!, "http://localhost");
  try {
    if (request.method === "POST" && url.pathname === "/refresh") {
      response.writeHead(303, { location: await refresh() }).end();
      return;
    }
    const page =
      url.pathname === "/back"
        ? await back(url.searchParams.get("refreshId")!)
        : '<form method="post" action="/refresh"><button>Refresh</button></form>';
    response.writeHead(200, { "content-type": "text/html" }).end(page);
  } catch (error) {
    console.error(error);
    response.writeHead(502).end("The bank connection cannot be refreshed now.");
  }
}).listen(Number(process.env.PORT ?? 8805), "127.0.0.1");
