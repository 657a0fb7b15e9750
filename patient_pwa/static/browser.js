/** A view inside another Android app, where the camera rarely opens and often never answers. @param {string} agent */
export function inApp(agent) {
  return /Android/.test(agent) && /; wv\)|FBA[NV]|FB_IAB|Instagram|Snapchat|Line\/|musical_ly|Bytedance/.test(agent);
}
