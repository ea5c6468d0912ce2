import { Link } from '@tanstack/react-router'
import { useId } from 'react'
import type { Circle } from '@/api/types'
import { useTexts } from '@/locales/i18n'
import { Icon } from '@/ui/icons'
import { wordsOf } from '@/ui/words'
import { arrow, DOT, places } from './circle'
import './safety.css'
import '../texts'

/** Rules that set each other off: drawn, and as a list of what each writes that the next one answers. */
export function CircleCard({ circles }: { circles: Circle[] }) {
  const { t } = useTexts('rules')
  if (!circles.length) return null
  return (
    <div className="rule-circle">
      <h3>
        <Icon name="warning" />
        {t('circle.title')}
      </h3>
      <p className="mut">{t('circle.about')}</p>
      {circles.map((circle) => (
        <One key={circle.rules.map((rule) => rule.id ?? '').join('-')} circle={circle} />
      ))}
    </div>
  )
}

function One({ circle }: { circle: Circle }) {
  const { t, language } = useTexts('rules')
  const at = places(circle.rules.length)
  const tip = useId()
  const names = circle.rules.map((rule) => rule.name)
  return (
    <div className="rule-circle-room">
      <svg viewBox="0 0 200 160" role="img" aria-label={[...names, names[0]].join(' → ')}>
        <defs>
          <marker id={tip} viewBox="0 0 8 8" refX="4" refY="4" markerWidth="6" markerHeight="6" orient="auto">
            <path d="M 0 0 L 8 4 L 0 8 z" />
          </marker>
        </defs>
        {at.map((from, place) => {
          const to = at[(place + 1) % at.length] ?? from
          return <path key={circle.rules[place]?.id ?? 'this'} d={arrow(from, to)} markerEnd={`url(#${tip})`} />
        })}
        {at.map(({ x, y }, place) => (
          <g key={circle.rules[place]?.id ?? 'this'}>
            <circle className={place === 0 ? 'this' : ''} cx={x} cy={y} r={DOT} />
            <text x={x} y={y}>
              {place + 1}
            </text>
          </g>
        ))}
      </svg>
      <ol>
        {circle.rules.map((rule, place) => {
          const step = circle.steps[place]
          return (
            <li key={rule.id ?? 'this'}>
              <span className="num">{place + 1}</span>
              <span>
                {rule.id ? <Link to={`/rules/${rule.id}`}>{rule.name}</Link> : <b>{rule.name}</b>}{' '}
                <span className="mut">
                  {step &&
                    t(`circle.ways.${step.way}`, {
                      entity: wordsOf(step.entity.words, language),
                      field: step.field ? wordsOf(step.field.words, language) : '',
                      next: ((place + 1) % circle.rules.length) + 1,
                    })}
                </span>
              </span>
            </li>
          )
        })}
      </ol>
    </div>
  )
}
