import en from '@/locales/en/late/connections.json'
import { addTexts } from '@/locales/late'
import zh from '@/locales/zh-CN/late/connections.json'

addTexts('connections', { en, 'zh-CN': zh })
