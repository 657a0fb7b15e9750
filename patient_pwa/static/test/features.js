/** Without one of these there is no live video. */
export const NEEDED = ["webrtc", "get_user_media", "websocket", "video_codec"];

const COMMON = /h264|vp8/i; // one of them is on every console

/** @returns {string[]} what this browser lacks, by the names of signaling/domain/phone_test.py */
export function missing(scope = globalThis) {
  const { navigator } = scope;
  const has = {
    webrtc: "RTCPeerConnection" in scope,
    get_user_media: Boolean(navigator.mediaDevices?.getUserMedia),
    websocket: "WebSocket" in scope,
    video_codec: hasCodec(scope),
    wake_lock: "wakeLock" in navigator,
    vibration: "vibrate" in navigator,
    position: "geolocation" in navigator,
  };
  return Object.entries(has).flatMap(([feature, there]) => (there ? [] : [feature]));
}

/** An older browser that does not tell has VP8 or H.264 all the same. @param {typeof globalThis} scope */
function hasCodec(scope) {
  const codecs = scope.RTCRtpSender?.getCapabilities?.("video")?.codecs;
  return codecs ? codecs.some(({ mimeType }) => COMMON.test(mimeType)) : "RTCPeerConnection" in scope;
}
