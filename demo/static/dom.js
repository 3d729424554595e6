/* Building elements. Text is always text: nothing here reads HTML. */

/** Make an element; a property that starts with "on" is a listener, null is left out. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Write a text only where it differs, so that screen readers are not told twice. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
