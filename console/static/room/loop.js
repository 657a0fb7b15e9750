/** The room's one loop: a message changes the state, the state is shown. Nothing else keeps any. */

/**
 * @template State, Message
 * @param {object} options
 * @param {State} options.state
 * @param {(state: State, message: Message) => State} options.reduce
 * @param {(state: State) => void} options.onChange at once, for what must not wait for the screen
 * @param {(state: State) => void} options.render at most once a frame of the screen
 * @param {(paint: () => void) => void} options.schedule as `requestAnimationFrame`
 */
export function loop({ state, reduce, onChange, render, schedule }) {
  let current = state;
  let scheduled = false;
  const paint = () => {
    scheduled = false;
    render(current);
  };
  return {
    state: () => current,
    /** @param {Message} message */
    dispatch(message) {
      const before = current;
      current = reduce(before, message);
      if (current === before) return;
      onChange(current);
      if (scheduled) return;
      scheduled = true;
      schedule(paint);
    },
  };
}
