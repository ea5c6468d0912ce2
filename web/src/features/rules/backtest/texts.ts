import en from '@/locales/en/late/backtest.json'
import { addTexts } from '@/locales/late'
import zh from '@/locales/zh-CN/late/backtest.json'

addTexts('backtest', { en, 'zh-CN': zh })
