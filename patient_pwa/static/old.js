// Says that this browser is too old: it knows no modules, or a module's syntax is beyond it. So this is no module,
// and written as the oldest browsers read it.
(function () {
  function tell() {
    /** @type {HTMLElement} */ (document.getElementById("old")).hidden = false;
  }
  addEventListener("error", tell);
  if (!("noModule" in document.createElement("script"))) tell();
})();
