/* The link's token: in the fragment, so that no server log ever holds it; then only in this form. */

const field = document.getElementById("token");
const token = location.hash.slice(1);
if (field instanceof HTMLInputElement && token) {
  field.value = token;
  history.replaceState(null, "", location.pathname);
}
