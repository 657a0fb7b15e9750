/** How a sender encodes. */

/** @typedef {{maxBitrate?: number, maxFramerate?: number, scaleResolutionDownBy?: number, degradationPreference?: RTCDegradationPreference}} Tuning as in RTCRtpEncodingParameters and RTCRtpSendParameters */

const FORWARDED = /h264.*packetization-mode=1|vp8|vp9(?!.*profile-id=[1-9])|av1(?!.*profile=[1-9])|rtx/i;
export const MAX_BITRATE = 2_500_000; // bit/s, enough for 720p at 30 frames/s
const UNTUNED = { maxBitrate: MAX_BITRATE, maxFramerate: undefined, scaleResolutionDownBy: 1 };

/**
 * VP8 in temporal layers: a viewer on a bad line gets fewer frames, and the others all of them. Asked for once the
 * codec is known, since H.264 in layers would leave the phone's hardware.
 * @param {RTCRtpSender} sender @param {Tuning} tuning @param {boolean} active
 */
export async function shape(sender, { degradationPreference, ...limits }, active) {
  const isVp8 = /vp8/i.test(sender.getParameters().codecs[0]?.mimeType ?? "");
  for (const layers of isVp8 ? [{ scalabilityMode: "L1T3" }, {}] : [{}]) {
    const parameters = sender.getParameters();
    Object.assign(parameters, { degradationPreference });
    Object.assign(parameters.encodings[0] ?? {}, UNTUNED, limits, layers, { active });
    try {
      return void (await sender.setParameters(parameters));
    } catch {
      // A browser that knows no layers sends one.
    }
  }
}

/** Offer what a relay forwards, no more: the line may be slow. It chooses. @param {RTCRtpTransceiver} transceiver */
export function preferCodecs(transceiver) {
  const codecs = globalThis.RTCRtpSender?.getCapabilities?.("video")?.codecs ?? [];
  try {
    transceiver.setCodecPreferences(codecs.filter((codec) => FORWARDED.test(codec.mimeType + codec.sdpFmtpLine)));
  } catch {
    // An older browser offers all that it has.
  }
}
