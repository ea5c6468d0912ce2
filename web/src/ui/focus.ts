/** Where the focus was before something opened, and the way back there. */

/** What lies in a menu goes away with it: the control that opened the menu is what the person came from. */
const PASSING = '.ant-dropdown, .ant-select-dropdown, .ant-popover'
let latest: Element | null = null

document.addEventListener('focusin', ({ target }) => {
  if (target instanceof Element && !target.closest(PASSING)) latest = target
})

/** The control that somebody comes from. */
export function whereFrom(): Element | null {
  const now = document.activeElement
  return now && now !== document.body && !now.closest(PASSING) ? now : latest
}

/** Gives the focus back; to the page where the control is gone by now. */
export function goBack(before: Element | null): void {
  const target = before?.isConnected ? before : document.getElementById('main')
  if (target instanceof HTMLElement) target.focus({ preventScroll: true })
}
