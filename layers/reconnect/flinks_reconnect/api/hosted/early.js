/* Runs in any browser, before the page itself: whoever lacks what that needs is told so. */
(function () {
  var needed = ["fetch", "AbortController", "Intl", "URL", "Map", "Promise"];
  function say() {
    if (document.body.getAttribute("data-ready") !== null) return;
    document.getElementById("too-old").hidden = false;
    document.getElementById("state").hidden = true;
  }
  window.addEventListener("error", say);
  for (var i = 0; i < needed.length; i += 1) {
    if (!(needed[i] in window)) document.body.setAttribute("data-lacks", needed[i]);
  }
  if (document.body.getAttribute("data-lacks") || !("noModule" in document.createElement("script"))) say();
})();
