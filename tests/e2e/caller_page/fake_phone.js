// Two of Chromium's fake cameras become the back and the front camera of a phone; the back one has a torch.
(() => {
  const devices = navigator.mediaDevices;
  if (!devices) return;
  const open = devices.getUserMedia.bind(devices);
  const phone = (globalThis.phone = { asked: 0, live: 0, tracks: [], fails: {}, torch: false });

  devices.getUserMedia = async (constraints) => {
    phone.asked++;
    const { facingMode: wish, ...size } = constraints.video === true ? {} : constraints.video;
    const facing = wish?.exact ?? wish?.ideal ?? "environment";
    if (phone.fails[facing]) throw new DOMException(phone.fails[facing].message, phone.fails[facing].name);
    if (phone.silent) await phone.silent;
    const cameras = (await devices.enumerateDevices()).filter(({ kind }) => kind === "videoinput");
    const { deviceId } = cameras[facing === "user" ? 2 : 0] ?? {};
    const stream = await open({ video: deviceId ? { ...size, deviceId: { exact: deviceId } } : size });
    dress(stream.getVideoTracks()[0], facing);
    return stream;
  };

  function dress(track, facing) {
    const { stop } = track;
    const settings = track.getSettings.bind(track);
    const capabilities = track.getCapabilities.bind(track);
    const apply = track.applyConstraints.bind(track);
    const back = facing === "environment";
    phone.torch = false;
    phone.tracks.push(track);
    phone.mostLive = Math.max(phone.mostLive ?? 0, phone.tracks.filter((one) => one.readyState === "live").length);
    track.stop = () => stop.call(track);
    track.getSettings = () => ({ ...settings(), facingMode: facing, ...(back && { torch: phone.torch }) });
    track.getCapabilities = () => ({ ...capabilities(), facingMode: [facing], ...(back && { torch: true }) });
    track.applyConstraints = async ({ advanced: [{ torch, ...native }] }) => {
      if (phone.slow) await phone.slow;
      if (Object.keys(native).length) await apply({ advanced: [native] });
      if (torch !== undefined && !phone.stuck) phone.torch = torch;
    };
  }
})();
