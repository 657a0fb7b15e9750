import js from "@eslint/js";
import globals from "globals";

// What the caller's phone loads. Safari 14.0 (iOS 14.3, the first whose in-app browsers reach the camera) and
// phones of its age have no class fields and no top-level await.
const ON_THE_PHONE = ["patient_pwa/static/**/*.js", "media/client/**/*.js", "signaling/client/**/*.js"];
const IN_THE_BROWSER = [...ON_THE_PHONE, "console/static/**/*.js"];

const NO_HTML_FROM_STRINGS = ["innerHTML", "outerHTML", "insertAdjacentHTML"].map((property) => ({
  property,
  message: "Use textContent and elements: what comes over the wire never becomes markup.",
}));

export default [
  { ignores: ["node_modules/", ".venv/", "var/", "htmlcov/", "console/static/vendor/"] },
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "no-restricted-properties": ["error", ...NO_HTML_FROM_STRINGS, { object: "document", property: "write" }],
      "no-unused-vars": ["error", { argsIgnorePattern: "^_", caughtErrors: "none" }],
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-shadow": "error",
      "no-throw-literal": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      "eqeqeq": ["error", "always", { null: "ignore" }],
      "complexity": ["error", 12],
      "max-depth": ["error", 4],
    },
  },
  {
    files: IN_THE_BROWSER,
    languageOptions: { globals: globals.browser },
    rules: {
      "no-alert": "error",
      "no-console": "error",
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
    },
  },
  { files: ON_THE_PHONE, languageOptions: { ecmaVersion: 2021 } },
  {
    files: ["media/client/**/*.js", "signaling/client/**/*.js"],
    rules: {
      "no-restricted-globals": ["error", { name: "document", message: "Only view files touch the page: have them pass it in." }],
    },
  },
  { files: ["**/{sw,*worker}.js"], languageOptions: { globals: globals.serviceworker } },
  { files: ["tests/**/*.js", "*.js"], languageOptions: { globals: globals.nodeBuiltin } },
];
