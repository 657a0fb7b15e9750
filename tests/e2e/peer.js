// One end of a call, in any page: a phone that sends a painted picture, or a viewer that looks at what it decodes.
/* global document, requestAnimationFrame, MediaStream, RTCPeerConnection, RTCRtpSender, RTCRtpReceiver */
(() => {
  const WITHIN = 20_000; // ms; a picture comes in about one second
  const COLOURS = { red: [200, 30, 30], green: [30, 170, 30], blue: [30, 30, 200] };
  const NEAR = 45; // of 255 in each channel: what codecs and colour spaces may change
  const peer = (globalThis.peer = { states: [] });
  let pc, channel, sender, video;

  peer.publish = (colour, codecs) => {
    channel = connect().createDataChannel("control");
    const transceiver = pc.addTransceiver(painted(colour), { direction: "sendonly" });
    prefer(transceiver, RTCRtpSender, codecs);
    sender = transceiver.sender;
    return offer();
  };

  peer.view = (codecs) => {
    const transceiver = connect().addTransceiver("video", { direction: "recvonly" });
    prefer(transceiver, RTCRtpReceiver, codecs);
    video = document.createElement("video");
    video.muted = true;
    video.srcObject = new MediaStream([transceiver.receiver.track]);
    document.body.append(video);
    video.play();
    return offer();
  };

  peer.accept = (sdp) => pc.setRemoteDescription({ type: "answer", sdp });

  /** As a phone changes from one camera to the other. */
  peer.flip = (colour) => sender.replaceTrack(painted(colour));

  /** Resolves once the picture is of that colour. */
  peer.sees = (colour) => until(() => isNear(mean(), COLOURS[colour]), () => `${colour}, seen: ${mean()}`);

  /** Resolves once the relay has hung up. */
  peer.hearsTheEnd = () => until(() => channel.readyState === "closed", () => "the end");

  /** The codec in use, as `video/VP8 parameters`. */
  peer.codec = async () => {
    const report = await pc.getStats();
    const [stream] = [...report.values()].filter(({ type, codecId }) => /bound-rtp/.test(type) && codecId);
    const { mimeType, sdpFmtpLine = "" } = report.get(stream?.codecId) ?? {};
    return `${mimeType} ${sdpFmtpLine}`;
  };

  /** What must stay the same for a viewer while its phone comes and goes. */
  peer.identity = () => [video.srcObject.getVideoTracks()[0].id, ...peer.states].join(" ");

  function connect() {
    pc?.close();
    pc = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    pc.onconnectionstatechange = () => peer.states.push(pc.connectionState);
    return pc;
  }

  async function offer() {
    await pc.setLocalDescription(await pc.createOffer());
    return pc.localDescription.sdp;
  }

  /** Offer only what matches one of these patterns, in their order; none means all. */
  function prefer(transceiver, { getCapabilities }, patterns) {
    if (!patterns.length) return;
    const known = getCapabilities("video").codecs;
    const named = (pattern) =>
      known.filter(({ mimeType, sdpFmtpLine = "" }) => new RegExp(pattern).test(`${mimeType} ${sdpFmtpLine}`));
    transceiver.setCodecPreferences([...patterns, "rtx"].flatMap(named));
  }

  /** A track of one colour, in which something moves. */
  function painted(colour) {
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: 320, height: 180 });
    const context = canvas.getContext("2d");
    let frame = 0;
    const paint = () => {
      context.fillStyle = `rgb(${COLOURS[colour]})`;
      context.fillRect(0, 0, 320, 180);
      context.fillStyle = "white";
      context.fillRect((frame++ * 2) % 320, 0, 8, 8);
    };
    paint();
    setInterval(paint, 33);
    return canvas.captureStream(30).getVideoTracks()[0];
  }

  function mean() {
    if (video.readyState < 2 || !video.videoWidth) return null;
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: 16, height: 16 });
    const context = canvas.getContext("2d");
    const { videoWidth: width, videoHeight: height } = video;
    context.drawImage(video, 0, height / 4, width, height / 2, 0, 0, 16, 16);
    const pixels = [...context.getImageData(0, 0, 16, 16).data];
    return [0, 1, 2].map((at) => Math.round(sum(pixels.filter((_, index) => index % 4 === at)) / 256));
  }

  const sum = (values) => values.reduce((all, value) => all + value, 0);
  const isNear = (seen, wanted) => seen !== null && seen.every((value, at) => Math.abs(value - wanted[at]) < NEAR);

  function until(condition, what) {
    const end = Date.now() + WITHIN;
    return new Promise((resolve, reject) => {
      const look = () => {
        if (condition()) resolve(null);
        else if (Date.now() > end) reject(new Error(`waited in vain for ${what()}`));
        else requestAnimationFrame(look);
      };
      look();
    });
  }
})();
