// Two of Chromium's fake cameras become the back and the front camera of a phone; the back one has a torch.
// With `phone.drawn` the camera is a canvas of ours instead, which can freeze, mute and go dark.
(() => {
  const devices = navigator.mediaDevices;
  if (!devices) return;
  const open = devices.getUserMedia.bind(devices);
  const list = devices.enumerateDevices.bind(devices);
  const phone = (globalThis.phone = { asked: 0, live: 0, tracks: [], applied: [], fails: {}, torch: false, labels: [] });

  devices.enumerateDevices = async () => {
    const cameras = (await list()).filter(({ kind }) => kind === "videoinput");
    return phone.labels.length
      ? phone.labels.map((label, at) => ({ kind: "videoinput", label, deviceId: cameras[at]?.deviceId }))
      : cameras;
  };

  devices.getUserMedia = async (constraints) => {
    phone.asked++;
    const { facingMode: wish, deviceId: lens, ...size } = constraints.video === true ? {} : constraints.video;
    const facing = wish?.exact ?? wish?.ideal ?? "environment";
    if (phone.fails[facing]) throw new DOMException(phone.fails[facing].message, phone.fails[facing].name);
    if (phone.silent) await phone.silent;
    const stream = phone.drawn ? draw() : await film(facing, lens, size);
    dress(stream.getVideoTracks()[0], facing);
    return stream;
  };

  async function film(facing, lens, size) {
    const cameras = (await list()).filter(({ kind }) => kind === "videoinput");
    const deviceId = lens?.exact ?? cameras[facing === "user" ? 2 : 0]?.deviceId;
    return open({ video: deviceId ? { ...size, deviceId: { exact: deviceId } } : size });
  }

  function draw() {
    const canvas = Object.assign(globalThis.document.createElement("canvas"), { width: 640, height: 480 });
    const context = canvas.getContext("2d");
    let hue = 0;
    const timer = setInterval(() => {
      if (phone.frozen) return;
      context.fillStyle = phone.dark ? "#010101" : `hsl(${hue++ % 360} 80% 60%)`;
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.fillStyle = "#333";
      context.fillRect(hue % 600, 200, 20, 20);
    }, 40);
    const stream = canvas.captureStream();
    const [track] = stream.getVideoTracks();
    const stop = track.stop.bind(track);
    track.stop = () => {
      clearInterval(timer);
      stop();
    };
    return stream;
  }

  function dress(track, facing) {
    const { stop } = track;
    const settings = track.getSettings.bind(track);
    const capabilities = track.getCapabilities?.bind(track) ?? (() => ({}));
    const apply = track.applyConstraints.bind(track);
    const back = facing === "environment";
    phone.torch = false;
    phone.tracks.push(track);
    phone.mostLive = Math.max(phone.mostLive ?? 0, phone.tracks.filter((one) => one.readyState === "live").length);
    track.stop = () => stop.call(track);
    track.getSettings = () => ({ ...settings(), facingMode: facing, ...(back && { torch: phone.torch }) });
    track.getCapabilities = () => ({ ...capabilities(), facingMode: [facing], ...(back && { torch: true }) });
    track.applyConstraints = async (constraints) => {
      phone.applied.push(constraints);
      if (phone.slow) await phone.slow;
      if (!constraints.advanced) return phone.drawn ? undefined : apply(constraints);
      const [{ torch, ...native }] = constraints.advanced;
      if (Object.keys(native).length) await apply({ advanced: [native] });
      if (torch !== undefined && !phone.stuck) phone.torch = torch;
    };
  }
})();
