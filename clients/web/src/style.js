/* How it looks; a constructed sheet needs no exception in a page's Content-Security-Policy. */

const CSS = `
:host { display: block; font: 1rem/1.5 system-ui, sans-serif; color: #1d2321; }
:host([hidden]), [hidden] { display: none !important; }
dialog { padding: 0; border: 0; border-radius: 1rem; width: min(34rem, 100vw); height: min(48rem, 100dvh);
  max-width: none; max-height: none; color: inherit; background: #fffdfa; overflow: hidden; }
dialog::backdrop { background: rgba(20, 23, 22, .55); }
.sheet { display: grid; grid-template-rows: auto minmax(0, 1fr) auto; height: 100%; }
.inline { height: min(46rem, 90dvh); border: 1px solid #e2dcd2; border-radius: 1rem; overflow: hidden; background: #fffdfa; }
header { display: flex; align-items: center; justify-content: space-between; gap: 1rem; padding: .4rem .4rem .4rem 1rem; }
h2 { margin: 0; font-size: 1rem; font-weight: 600; }
.body { grid-area: 2 / 1; background: #fff; }
iframe { display: block; width: 100%; height: 100%; border: 0; color-scheme: light; }
.cover { grid-area: 2 / 1; z-index: 1; display: grid; place-content: center; justify-items: center; gap: 1rem; padding: 1.5rem; text-align: center; background: #fffdfa; }
.cover[data-kind="strip"] { grid-area: 3 / 1; display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; padding: .6rem 1rem; border-top: 1px solid #e2dcd2; text-align: start; }
p { margin: 0; }
button, a { font: inherit; font-weight: 600; min-height: 2.75rem; padding: .5rem 1rem; border: 1px solid #8a8f88; border-radius: .8rem;
  background: transparent; color: inherit; cursor: pointer; text-decoration: none; box-sizing: border-box; }
.close { min-width: 2.75rem; padding: .5rem; border-color: transparent; }
:focus-visible { outline: 3px solid #2c5a7a; outline-offset: 2px; }
@media (max-width: 34rem) { dialog { border-radius: 0; width: 100vw; height: 100dvh; } }
@media (prefers-color-scheme: dark) {
  :host { color: #eceae5; }
  dialog, .inline, .cover { background: #1c201f; }
  :focus-visible { outline-color: #9cc7e4; }
  button, a { border-color: #79817c; }
}`;

export const SHEET = new CSSStyleSheet();
SHEET.replaceSync(CSS);
