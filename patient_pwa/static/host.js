/**
 * What a part of the page that comes later may use of the call.
 * @typedef {object} Host
 * @property {(name: import("./control.js").Name, extra: import("./control.js").Extra) => void} control adds a control
 * @property {() => void} changed a control's value changed by itself: tell the regulator
 * @property {(name: import("./control.js").Name, value: import("./control.js").Value) => void} set as if the caller tapped
 * @property {(type: string, receive: (frame: Frame) => void) => void} on a frame from the server, whichever line it came by
 * @property {(frame: Frame) => boolean} tell a control frame: by the data channel, or by the socket while none is open
 * @property {(step: object) => void} step kept until the server is there
 * @property {(recording: "agreed" | "declined") => void} answer to the recording that the page told of; the server is told as the camera starts
 * @property {import("../../signaling/client/socket.js").Socket} socket
 * @property {import("../../media/client/publisher.js").Publisher} publisher
 * @property {import("../../media/client/camera.js").Camera} camera
 * @property {Pick<import("./call.js").Call, "wanted" | "visible" | "reopen" | "refuse" | "leave">} capture whether the camera should be on, how to get it back, and the end of it
 * @property {(message: import("./state.js").Message) => void} emit
 * @property {() => import("./state.js").State} state
 * @property {(look: (state: import("./state.js").State) => void) => void} watch now, and after each change
 * @property {(name: string) => HTMLElement} part of the later templates, by its `data-part`; its flags work as the page's
 * @property {(name: string, work: () => unknown) => void} act what a tap on `data-act` does
 * @property {typeof import("./door.js").post} post
 * @property {Files} [files] there once the part that sends files is installed
 */
/** @typedef {import("../../signaling/client/socket.js").Frame} Frame */
/** @typedef {{send: (file: {kind: "photo" | "document", blob: Blob, name?: string, command?: string}) => Promise<void>}} Files */

export {};
