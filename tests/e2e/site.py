"""The integrator's web site: a page that holds Flinks Connect in a frame, and a page to return to.

It runs on an origin of its own, so the browser treats it, the API and Flinks Connect as the three
strangers that they are.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from local.ports import HOST

PAGE: Final = b"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>An app with a bank connection</title>
<h1>An app with a bank connection</h1>
<script>
const heard = [], ignored = [];

/* A message counts only from the frame that we made, and from exactly the origin we expect. */
function embed(url, callbackOrigin) {
  const frame = document.createElement("iframe");
  frame.title = "Your bank";
  frame.src = url;
  addEventListener("message", (event) => {
    const ours = event.origin === callbackOrigin && event.source === frame.contentWindow;
    (ours ? heard : ignored).push({ origin: event.origin, data: event.data });
  });
  document.body.append(frame);
}
</script>
</html>
"""


class _Pages(BaseHTTPRequestHandler):
    """Serves the same page at every path."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet."""


@contextmanager
def serve_site(port: int = 0) -> Iterator[str]:
    """Serve the site, on a free port unless one is named; its origin is what comes back."""
    server = ThreadingHTTPServer((HOST, port), _Pages)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
