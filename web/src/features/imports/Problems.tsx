import type { Page } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Icon } from '@/ui/icons'
import { type Import, type RowProblem, reportAddress } from './api'

/** Every row left out, with its number and the reason; all of them as a file. */
export function Problems({ one, page }: { one: Import; page: Page<RowProblem> }) {
  const { t, language } = useTexts('imports')
  return (
    <section className="card">
      <header className="card-head">
        <h2>{t('problems')}</h2>
        <span className="grow" />
        <a className="btn small" href={reportAddress(one.id, language)} download>
          <Icon name="download" />
          {t('csv')}
        </a>
      </header>
      <div className="import-table problems" tabIndex={0} role="region" aria-label={t('problems')}>
        <table>
          <thead>
            <tr>
              <th className="num">{t('row')}</th>
              <th>{t('column')}</th>
              <th>{t('reason')}</th>
            </tr>
          </thead>
          <tbody>
            {page.items.map((problem) => (
              <tr key={`${problem.row}-${problem.column}-${problem.code}`}>
                <td className="num mut">{problem.row}</td>
                <td>{problem.column}</td>
                <td>{problem.message}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {page.next && <p className="hint import-rest">{t('firstHundred')}</p>}
    </section>
  )
}
