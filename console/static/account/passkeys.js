/* Passkeys: a form with data-passkey="make" or "show" asks its data-options for what the browser's key must do,
   and is sent with the key's answer. Binary fields travel as base64url (WebAuthn level 3, 5.1.8). */

/** @param {string} text */
function bytes(text) {
  const signs = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(signs, (sign) => sign.charCodeAt(0));
}

/** @param {ArrayBuffer | null} data */
function base64url(data) {
  const signs = Array.from(new Uint8Array(data ?? new ArrayBuffer(0)), (byte) => String.fromCharCode(byte));
  return btoa(signs.join("")).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {{ id: string, type: "public-key" }[] | undefined} listed */
function descriptors(listed) {
  return (listed ?? []).map((one) => ({ type: one.type, id: bytes(one.id) }));
}

/** @param {any} options as the server's JSON */
async function make(options) {
  const user = { ...options.user, id: bytes(options.user.id) };
  const excludeCredentials = descriptors(options.excludeCredentials);
  const publicKey = { ...options, challenge: bytes(options.challenge), user, excludeCredentials };
  return navigator.credentials.create({ publicKey });
}

/** @param {any} options as the server's JSON */
async function show(options) {
  const allowCredentials = descriptors(options.allowCredentials);
  const publicKey = { ...options, challenge: bytes(options.challenge), allowCredentials };
  return navigator.credentials.get({ publicKey });
}

/** @param {Credential | null} credential */
function json(credential) {
  if (!(credential instanceof PublicKeyCredential)) throw new Error("no passkey");
  const { response } = credential;
  /** @type {Record<string, string>} */
  const fields = { clientDataJSON: base64url(response.clientDataJSON) };
  if (response instanceof AuthenticatorAttestationResponse) {
    fields.attestationObject = base64url(response.attestationObject);
  }
  if (response instanceof AuthenticatorAssertionResponse) {
    fields.authenticatorData = base64url(response.authenticatorData);
    fields.signature = base64url(response.signature);
    fields.userHandle = base64url(response.userHandle);
  }
  return JSON.stringify({
    id: credential.id,
    rawId: base64url(credential.rawId),
    type: credential.type,
    response: fields,
    clientExtensionResults: {},
  });
}

/**
 * @param {HTMLFormElement} form
 * @returns {Promise<string>} what the person reads when it came to nothing; "": the form is on its way
 */
async function ask(form) {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) body.append(name, String(value));
  const answer = await fetch(form.dataset.options ?? "", { method: "POST", body });
  if (answer.redirected) {
    location.reload();
    return "";
  }
  const told = await answer.json();
  if (!answer.ok) return told.message;
  const credential = await (form.dataset.passkey === "make" ? make(told) : show(told));
  const field = form.elements.namedItem("credential");
  if (field instanceof HTMLInputElement) field.value = json(credential);
  form.submit();
  return "";
}

/** @param {HTMLFormElement} form */
function attend(form) {
  const said = form.querySelector("[data-part=said]");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const sentence = await ask(form).catch(() => form.dataset.failed ?? "");
    if (!(said instanceof HTMLElement)) return;
    said.textContent = sentence;
    said.hidden = !sentence;
  });
}

if ("PublicKeyCredential" in window) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (form instanceof HTMLFormElement) attend(form);
  }
}
