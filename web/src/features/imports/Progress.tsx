import type { ReactNode } from 'react'
import { useTexts } from '@/locales/i18n'
import { formatDecimal } from '@/values/decimal'
import type { Import } from './api'

/** How far the file has been read. */
export function Progress({ one, title, children }: { one: Import; title: string; children?: ReactNode }) {
  const { t, tag } = useTexts('imports')
  const { rows_done: done, rows_total: total } = one
  const percent = total ? Math.min(100, Math.floor((100 * done) / total)) : null
  const words = { done: formatDecimal(String(done), tag), total: formatDecimal(String(total ?? 0), tag) }
  return (
    <section className="card card-body import-progress" aria-label={title}>
      <h2 className="import-title">{title}</h2>
      <div
        className="import-bar"
        role="progressbar"
        aria-label={title}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent ?? undefined}
      >
        <i className={percent === null ? 'unknown' : ''} style={{ width: `${percent ?? 30}%` }} />
      </div>
      <p className="mut num" aria-live="polite">
        {total ? t('progressOf', words) : t('progress', words)}
      </p>
      {children}
    </section>
  )
}
