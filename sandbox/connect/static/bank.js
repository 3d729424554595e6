"use strict";
/* The bank's own site: tells the widget that opened it, or goes back to it in the same window. */
(() => {
  const form = document.getElementById("consent");

  function answer(approved) {
    const outcome = { approved, username: document.getElementById("username").value };
    if (window.opener) {
      window.opener.postMessage(outcome, location.origin);
      window.close();
      return;
    }
    sessionStorage.setItem(location.pathname.split("/").pop(), JSON.stringify(outcome));
    location.href = form.dataset.return;
  }

  form.addEventListener("submit", (event) => { event.preventDefault(); answer(true); });
  document.getElementById("deny").addEventListener("click", () => answer(false));
})();
