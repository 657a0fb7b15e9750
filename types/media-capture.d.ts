// Camera controls that phones have and TypeScript's DOM types lack (W3C Image Capture, Media Capture Extensions).

interface MediaTrackCapabilities {
  torch?: boolean;
  /** Some versions of Chromium report a range only once pan-tilt-zoom is granted. */
  zoom?: MediaSettingsRange;
  focusMode?: string[];
}

interface MediaTrackConstraintSet {
  torch?: ConstrainBoolean;
  /** `true` in getUserMedia asks for the permission to zoom; a number in applyConstraints zooms. */
  zoom?: ConstrainDouble | boolean;
  focusMode?: ConstrainDOMString;
}

interface MediaTrackSettings {
  focusMode?: string;
}

interface MediaTrackSupportedConstraints {
  torch?: boolean;
  zoom?: boolean;
  focusMode?: boolean;
}
