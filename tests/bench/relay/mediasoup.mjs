// A mediasoup worker that does what it is told: a request a line on the standard input, its answer a line back.
// Arguments: the folder of the npm package `mediasoup`, the address to listen on.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import process, { stdin } from "node:process";

const [folder, address] = process.argv.slice(2);
const mediasoup = createRequire(import.meta.url)(folder);
const worker = await mediasoup.createWorker({ logLevel: "error" });
const VP8 = { kind: "video", mimeType: "video/VP8", clockRate: 90000 };

const routers = new Map(); // by session
const producers = new Map(); // by session
const transports = new Map(); // by their ids

const answers = {
  async open({ session }) {
    if (!routers.has(session)) routers.set(session, await worker.createRouter({ mediaCodecs: [VP8] }));
    const options = { listenIps: [address], enableUdp: true, enableTcp: false, enableSctp: true };
    const transport = await routers.get(session).createWebRtcTransport(options);
    transports.set(transport.id, transport);
    const { id, iceParameters, iceCandidates, dtlsParameters, sctpParameters } = transport;
    return { id, iceParameters, iceCandidates, dtlsParameters, sctpParameters };
  },
  async connect({ id, dtlsParameters }) {
    await transports.get(id).connect({ dtlsParameters });
    return {};
  },
  async produce({ session, id, rtpParameters }) {
    producers.set(session, await transports.get(id).produce({ kind: "video", rtpParameters }));
    return {};
  },
  async consume({ session, id }) {
    const { rtpCapabilities } = routers.get(session);
    const consumer = await transports.get(id).consume({ producerId: producers.get(session).id, rtpCapabilities });
    return consumer.rtpParameters;
  },
  async end({ session }) {
    routers.get(session).close();
    routers.delete(session);
    return {};
  },
};

const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
say({});
for await (const line of createInterface({ input: stdin })) {
  const { do: name, ...values } = JSON.parse(line);
  say(await answers[name](values));
}
worker.close();
