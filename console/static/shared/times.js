import { localise } from "./clock.js";

localise(document);
