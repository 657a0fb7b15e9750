import { Bench } from "./bench.js";
import { Page } from "./page.js";

const page = new Page(document);
page.onStart(() => new Bench(page).run(location.hash.slice(1)));
