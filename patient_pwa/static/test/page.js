/** @typedef {"waiting" | "running" | "passed" | "failed" | "skipped"} StepState */
/** @typedef {"ready" | "running" | "done"} Phase */

/** @type {{[verdict: string]: string}} */
const TONES = { ready: "good", slow: "warn", stills: "warn", busy: "warn", throttled: "warn" };

/** What is on the screen: the steps as they tick, the picture, the verdict. The only one to touch the document. */
export class Page {
  /** @param {Document} root */
  constructor(root) {
    this._root = root;
    this.video = /** @type {HTMLVideoElement} */ (this._find("video"));
  }

  /** @param {() => Promise<void>} run a test, from the first step to the verdict */
  onStart(run) {
    this._find("[data-act=test]").onclick = () => {
      this._clear();
      return run();
    };
  }

  /** @param {string} name @param {StepState} state @param {string} [numbers] measured, in units that every language has */
  step(name, state, numbers) {
    const step = this._find(`[data-step=${name}]`);
    step.hidden = false;
    step.dataset["state"] = state;
    this._in(step, ".said").textContent = this._find(".steps").dataset[state] ?? "";
    if (numbers !== undefined) this._in(step, ".numbers").textContent = numbers;
  }

  /** @param {string[]} features that this browser lacks */
  lacks(features) {
    for (const one of this._all("[data-missing]")) one.hidden = !features.includes(one.dataset["missing"] ?? "");
  }

  /** @param {boolean} visible */
  picture(visible) {
    this.video.hidden = !visible;
    if (!visible) this.video.srcObject = null;
  }

  /** @param {string} verdict @param {string} camera why there is none, or `granted` @param {string} code "" without one */
  verdict(verdict, camera, code) {
    for (const one of this._all("[data-verdict]")) one.hidden = one.dataset["verdict"] !== verdict;
    for (const one of this._all("[data-camera]")) one.hidden = one.dataset["camera"] !== camera;
    this._find(".code").hidden = !code;
    this._find(".code b").textContent = code.replace(/^(...)(...)$/, "$1 $2");
    const box = this._find(".verdict");
    box.dataset["tone"] = TONES[verdict] ?? "bad";
    box.hidden = false;
    this._phase("done");
    box.focus();
    this._root.defaultView?.scrollTo(0, 0);
  }

  _clear() {
    for (const step of this._all("[data-step]")) this.step(step.dataset["step"] ?? "", "waiting");
    for (const step of this._all("[data-step^=turn]")) step.hidden = true;
    this.step("echo", "waiting", "");
    this.lacks([]);
    this._find(".verdict").hidden = true;
    this._find(".steps").hidden = false;
    this._phase("running");
  }

  /** @param {Phase} phase */
  _phase(phase) {
    this._root.body.dataset["phase"] = phase;
  }

  /** @param {string} selector */
  _find(selector) {
    return this._in(this._root, selector);
  }

  /** @param {ParentNode} within @param {string} selector */
  _in(within, selector) {
    return /** @type {HTMLElement} */ (within.querySelector(selector));
  }

  /** @param {string} selector */
  _all(selector) {
    return /** @type {NodeListOf<HTMLElement>} */ (this._root.querySelectorAll(selector));
  }
}
