/** What a plan of undoing comes down to: how much is free, how much conflicts, what stays for good. */
import type { UndoPlan } from './api'

export interface Sum {
  /** Records of which something can be taken back without overwriting anybody. */
  free: number
  /** Records of which something was changed since. */
  conflicts: number
  impossible: number
  /** Whether anything outside the house cannot be called back. */
  outside: boolean
}

export function sumOf(plan: UndoPlan): Sum {
  const isFree = (item: UndoPlan['items'][number]) =>
    item.state === 'free' ||
    (item.verb === 'update' && item.state === 'conflict' && item.fields.some((one) => !one.clash))
  return {
    free: plan.items.filter(isFree).length,
    conflicts: plan.items.filter((item) => item.state === 'conflict').length,
    impossible: plan.items.filter((item) => item.state === 'impossible').length,
    outside: plan.gone_out.length > 0 || plan.notices_read > 0,
  }
}
