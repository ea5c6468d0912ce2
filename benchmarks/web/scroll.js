// Scrolls the grid by a step in every frame; counts frames, and how many of the lines on the screen had no row yet.
async ([seconds, step]) => {
  const grid = document.querySelector('.grid')
  const frame = () => new Promise(requestAnimationFrame)
  const start = await frame()
  let [frames, longest, last, way, lines, ghosts, reached] = [0, 0, start, 1, 0, 0, 0]
  while (last - start < seconds * 1000) {
    const end = grid.scrollHeight - grid.clientHeight
    if (grid.scrollTop + way * step > end || grid.scrollTop + way * step < 0) way = -way
    grid.scrollTop += way * step
    reached = Math.max(reached, grid.scrollTop)
    const now = await frame()
    longest = Math.max(longest, now - last)
    last = now
    frames += 1
    if (frames % 10 === 0) {
      const rows = document.querySelectorAll('.grid-row')
      lines += rows.length
      ghosts += [...rows].filter((row) => row.querySelector('.ghost-line')).length
    }
  }
  return { frames, seconds: (last - start) / 1000, longest, ghosts: lines ? ghosts / lines : 0, reached }
}
