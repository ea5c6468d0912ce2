import type { Feature } from '@/app/feature'

export const feature: Feature = {
  name: 'rules',
  routes: [
    { path: '/rules', page: () => import('./RulesPage') },
    { path: '/rules/$rule', page: () => import('./RulePage') },
    { path: '/rules/$rule/backtest', page: () => import('./backtest/BacktestPage') },
  ],
  recordPanels: [{ key: 'why', text: 'rules:whyOpen', order: 40, panel: () => import('./why/RecordWhyPanel') }],
  rail: [{ to: '/rules', text: 'rules:rail', icon: 'bolt', order: 20 }],
}
