import { render } from 'preact'
import { connectTab } from './feed-tab.ts'
import { Shell } from './shell.tsx'
import { now, takeIn } from './store.ts'
import { token } from './token.ts'

/** Where times are told in minutes, a tick of some seconds is soon enough. In milliseconds. */
const TICK = 5000

const way = connectTab(async (message) => {
  takeIn(message)
  // The next portion comes when this one is drawn; a page in the background draws nothing.
  if ('changes' in message)
    await new Promise((resolve) =>
      document.visibilityState === 'visible' ? requestAnimationFrame(resolve) : setTimeout(resolve),
    )
})
// Says hello, and again whenever another token was entered.
token.subscribe((entered) => way.say({ say: 'hello', token: entered }))
setInterval(() => (now.value = Date.now()), TICK)

// In a task of its own, as reading the script has just taken one.
setTimeout(() => {
  const place = document.querySelector('#page')
  if (place !== null) render(<Shell />, place)
})
