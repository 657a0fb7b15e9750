import assert from "node:assert/strict";
import { test } from "node:test";

import { inApp } from "../../patient_pwa/static/browser.js";
import { browserOf, intent, wayOut } from "../../patient_pwa/static/later/browsers.js";

const IOS = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
const ANDROID = "Mozilla/5.0 (Linux; Android 14; SM-A546B) AppleWebKit/537.36 (KHTML, like Gecko)";
const VIEW = `${ANDROID.replace(")", "; wv)")} Version/4.0 Chrome/137.0.0.0 Mobile Safari/537.36`;

/** What each says of itself, and the help that it gets. @type {[string, string, string][]} */
const AGENTS = [
  ["Safari", `${IOS} Version/18.5 Mobile/15E148 Safari/604.1`, "safari"],
  ["Chrome on iOS", `${IOS} CriOS/137.0.7151.79 Mobile/15E148 Safari/604.1`, "ios"],
  ["Firefox on iOS", `${IOS} FxiOS/139.0 Mobile/15E148 Safari/605.1.15`, "ios"],
  ["Edge on iOS", `${IOS} Version/18.0 EdgiOS/137.0.3296.60 Mobile/15E148 Safari/604.1`, "ios"],
  ["Opera on iOS", `${IOS} Version/18.5 Mobile/15E148 Safari/604.1 OPT/5.3`, "ios"],
  ["Facebook on iOS", `${IOS} Mobile/15E148 [FBAN/FBIOS;FBAV/515.0.0.38.107;FBBV/737453219;FBDV/iPhone15,2]`, "inapp"],
  ["Messenger on iOS", `${IOS} Mobile/15E148 [FBAN/MessengerForiOS;FBAV/508.0.0.50.108]`, "inapp"],
  ["Instagram on iOS", `${IOS} Mobile/15E148 Instagram 382.0.0.33.84 (iPhone15,2; iOS 18_5; fr_FR; fr; scale=3.00)`, "inapp"],
  ["TikTok on iOS", `${IOS} Mobile/15E148 musical_ly_39.8.0 BytedanceWebview/d8a21c6`, "inapp"],
  ["Snapchat on iOS", `${IOS} Version/18.5 Mobile/15E148 Snapchat/13.45.0.40 (like Safari/8621.2.5.10.10, panda)`, "inapp"],
  ["LINE on iOS", `${IOS} Mobile/15E148 Safari Line/15.8.0`, "inapp"],
  ["Outlook on iOS", `${IOS} Mobile/15E148 Safari/605.1.15 Outlook-iOS/723.3.0`, "inapp"],
  ["Google on iOS", `${IOS} GSA/372.0.768 Mobile/15E148 Safari/604.1`, "inapp"],
  ["an unknown application on iOS", `${IOS} Mobile/15E148`, "inapp"],
  ["Chrome on Android", `${ANDROID} Chrome/137.0.0.0 Mobile Safari/537.36`, "chrome"],
  ["Edge on Android", `${ANDROID} Chrome/137.0.0.0 Mobile Safari/537.36 EdgA/137.0.0.0`, "chrome"],
  ["Opera Mini, its fast mode", `${ANDROID} Chrome/137.0.0.0 Mobile Safari/537.36 OPR/90.0.2254.70`, "chrome"],
  ["Samsung Internet", `${ANDROID} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36`, "samsung"],
  ["Firefox on Android", "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", "firefox"],
  ["Facebook on Android", `${VIEW} [FB_IAB/FB4A;FBAV/517.0.0.43.77;]`, "inapp"],
  ["Messenger on Android", `${VIEW} [FB_IAB/Orca-Android;FBAV/509.0.0.56.108;]`, "inapp"],
  ["Instagram on Android", `${VIEW} Instagram 384.0.0.46.83 Android (34/14; 450dpi; 1080x2125; samsung; SM-A546B)`, "inapp"],
  ["TikTok on Android", `${VIEW} musical_ly_2023908030 JsSdk/1.0 NetType/WIFI BytedanceWebview/d8a21c6`, "inapp"],
  ["Snapchat on Android", `${VIEW} Snapchat/13.45.0.54 (SM-A546B; Android 14#S911BXXS7DYC8#34; gzip; )`, "inapp"],
  ["LINE on Android", `${VIEW} Line/15.8.1/IAB`, "inapp"],
  ["an unknown application on Android", VIEW, "inapp"],
  ["Safari on a Mac", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.5 Safari/605.1.15", "other"],
  ["Opera Mini, its extreme mode", "Opera/9.80 (Android; Opera Mini/36.2.2254/119.132; U; fr) Presto/2.12.423 Version/12.16", "other"],
  ["nothing", "", "other"],
];

for (const [name, agent, browser] of AGENTS) {
  test(`${name} gets the help of "${browser}"`, () => {
    assert.equal(browserOf(agent), browser);
  });
}

test("an iPad says that it is a Mac, but can be touched", () => {
  assert.equal(browserOf("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.5 Safari/605.1.15", true), "safari");
});

test("in_app_browsers: only those of Android are warned of before the tap, since those of iOS reach the camera", () => {
  const warned = AGENTS.filter(([, agent]) => inApp(agent)).map(([name]) => name);
  const inside = AGENTS.filter(([, , browser]) => browser === "inapp").map(([name]) => name);
  assert.deepEqual(warned, inside.filter((name) => name.endsWith("Android")));
});

test("an application is left by its menu, or on an iPhone by Safari's compass", () => {
  const ways = Object.fromEntries(AGENTS.map(([name, agent]) => [name, wayOut(agent)]));
  for (const name of ["Facebook on iOS", "Instagram on iOS", "TikTok on iOS", "an unknown application on Android"]) {
    assert.equal(ways[name], "dots", name);
  }
  for (const name of ["Outlook on iOS", "Google on iOS", "an unknown application on iOS"]) assert.equal(ways[name], "compass", name);
});

test("Android opens the whole link, its token included, in the phone's own browser", () => {
  const found = intent("https://visio.example/j?lang=ar#Zt3kPq0vXy_9-A");
  assert.equal(
    found,
    "intent://visio.example/j#Zt3kPq0vXy_9-A#Intent;scheme=https;action=android.intent.action.VIEW;category=android.intent.category.BROWSABLE;end",
  );
  assert.equal(new URL(found).href, found, "a browser takes it as it is");
});
