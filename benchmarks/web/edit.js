// Clicks, and gives the milliseconds until the answer of the server is drawn: nothing on its way, no line without row.
async (selector) => {
  const frame = () => new Promise(requestAnimationFrame)
  performance.clearResourceTimings()
  const start = performance.now()
  document.querySelector(selector).click()
  for (;;) {
    await frame()
    const asked = performance.getEntriesByType('resource').filter((one) => one.name.endsWith('/query'))
    const busy = document.querySelector('.grid-place[aria-busy=true], .grid-row .ghost-line, .grid-place .grid.ghost')
    if (asked.some((one) => one.responseEnd > start) && !busy) return performance.now() - start
    if (performance.now() - start > 10000) throw new Error(`nothing came after ${selector}`)
  }
}
